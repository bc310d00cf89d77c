# Subscriptions to import. Of `count`, those of one percent (`due`, scattered over the table) or all:
#   kind=later   in recycle billing and not due for a year
#   kind=due     the same ids, declined anew: their re-attempt 4 is due
# percent=N with kind=due: N percent of them instead of one.
function is_due(n) { return n * 48271 % 2147483647 % 1000 < percent * 10 }
BEGIN {
  if (percent == "") percent = 1
  print "subscription_id,customer_id,gateway_id,status,billing_cycle,price,currency,interval," \
    "declined_at,reattempts_made,last_attempt_at,decline_code,decline_message,decline_type," \
    "card_token,card_first6,card_last4,card_brand,card_exp_month,card_exp_year,card_holder,email," \
    "phone,ip_address,first_name,last_name,address1,address2,city,state,zip,country,campaign_id,product_id"
  split("USD EUR GBP CAD AUD", currencies, " ")
  for (n = 1; n <= count; n++) {
    if (kind == "due" && !is_due(n)) continue
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
