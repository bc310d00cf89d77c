# Subscriptions to import: `count` of them, in recycle billing.
#   kind=later   all, not due for a year
#   kind=due     of the same ids those between the percents `from` and `to`, scattered over the table,
#                declined anew: their re-attempt 4 is due
function is_wanted(n) {
  share = n * 48271 % 2147483647 % 1000 / 10
  return kind == "later" || from <= share && share < to
}
BEGIN {
  print "subscription_id,customer_id,gateway_id,status,billing_cycle,price,currency,interval," \
    "declined_at,reattempts_made,last_attempt_at,decline_code,decline_message,decline_type," \
    "card_token,card_first6,card_last4,card_brand,card_exp_month,card_exp_year,card_holder,email," \
    "phone,ip_address,first_name,last_name,address1,address2,city,state,zip,country,campaign_id,product_id"
  split("USD EUR GBP CAD AUD", currencies, " ")
  for (n = 1; n <= count; n++) {
    if (!is_wanted(n)) continue
    r = n * 48271 % 2147483647
    printf "sub_%012d,cus_%012d,%s,recycle_billing,%d,%d.%02d,%s,%s,%s,3,%s,51," \
      "Insufficient funds (retry after 72 h),soft,pm_%010d%08d,411111,%04d,visa,11,2029," \
      "Sample Customer,cus_%012d@mail.example.test,+1 212 555 %04d,192.0.2.%d,Sample,Customer %d," \
      "%d Example Street,Apartment %d,Springfield,NY,%05d,US,premium-monthly,addon-storage\n",
      n, r, kind == "due" ? "bank" : "later", 2 + n % 30, 9 + n % 90, r % 100,
      currencies[1 + n % 5], n % 3 ? "1m" : "30d", declined, last, r, n, n % 10000, r, n % 10000,
      n % 254 + 1, n, n % 999 + 1, n % 89 + 1, n % 100000
  }
}
