#include "report/revenue_page.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "crypto/base64.hpp"
#include "crypto/digest.hpp"
#include "report/page_assets.hpp"

namespace recycled::report {
namespace {

// Text of the data as text of the page, whatever a stranger put into it.
std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : printable(text)) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

// "1,234,567.89", which is how a person reads it.
std::string grouped(std::string number) {
  const auto point = std::min(number.find('.'), number.size());
  for (std::size_t at = point; at > 3;) number.insert(at -= 3, ",");
  return number;
}

// "2026-11-25 18:06 UTC"
std::string minute(Instant at) {
  std::string text = to_iso8601(at).substr(0, 16) + " UTC";
  text[10] = ' ';
  return text;
}

std::string element(const std::string& name, const std::string& content) {
  return "<" + name + ">" + content + "</" + name.substr(0, name.find(' ')) + ">";
}

// A figure that a script reads by its value and a person by its text.
std::string data(const std::string& figure, const std::string& value, const std::string& text) {
  return element("data class=\"big\" data-figure=\"" + figure + "\" value=\"" + value + "\"", text);
}

std::string cell(const std::string& value, const std::string& text) {
  return element("td data-value=\"" + value + "\"", text);
}

// A column's head; with a tone the column is drawn in that colour.
struct Head {
  const char* text;
  const char* tone = nullptr;
};

struct Panel {
  std::string id;
  std::string title;
  std::string note;
  const char* chart;  // "lying" and "standing" bars, or a "ring": draw.js
  const char* width = "";
};

class Part {
 public:
  Part(const Revenue& revenue, const RevenueReport& report)
      : revenue_(revenue), report_(report), code_(revenue.currency.code()) {}

  std::string html() const {
    std::string text = "<section class=\"currency\" id=\"" + code_ + "\" aria-labelledby=\"" +
                       code_ + "-head\">\n<h2 id=\"" + code_ + "-head\">" + code_ + "</h2>\n" +
                       headline() + "<div class=\"panels\">\n" + over_time() + what_became() +
                       days() + by_way() + by_gateway() + by_code();
    if (revenue_.all.of(Outcome::open).count > 0) text += open();
    return text + "</div>\n</section>\n";
  }

 private:
  std::string decimal(const Sum& sum) const {
    return to_decimal(Money{sum.minor, revenue_.currency});
  }
  std::string money(const Sum& sum) const { return grouped(decimal(sum)); }
  std::string number(const Sum& sum) const { return grouped(std::to_string(sum.count)); }
  std::string count_cell(const Sum& sum) const {
    return cell(std::to_string(sum.count), number(sum));
  }
  // "21 of 38": recovered of those handed over.
  std::string share_cell(const Figures& figures) const {
    const Sum recovered = figures.of(Outcome::recovered);
    const Sum all = figures.handed_over();
    return "<td data-value=\"" + std::to_string(recovered.count) + "\" data-of=\"" +
           std::to_string(all.count) + "\">" + number(recovered) + " of " + number(all) + "</td>";
  }
  std::string money_cell(const Sum& sum) const { return cell(decimal(sum), money(sum)); }
  static std::string rate_cell(const std::optional<int>& rate) {
    return cell(rate ? std::to_string(*rate / 10) + "." + std::to_string(*rate % 10) : "",
                rate_in_words(rate));
  }

  std::string figure(const char* name, const std::string& big, const std::string& aside) const {
    return "<div><dt>" + std::string(name) + "</dt><dd>" + big + "</dd><dd class=\"aside\">" +
           aside + "</dd></div>\n";
  }

  std::string headline() const {
    const Figures& all = revenue_.all;
    const Sum recovered = all.of(Outcome::recovered);
    const Sum back = all.given_back();
    const Sum open = all.of(Outcome::open);
    const Sum to_refund = all.of(Outcome::refund_due);
    const std::string due = to_refund.count > 0 ? ", " + number(to_refund) + " to be refunded" : "";
    const auto& median = revenue_.days.median;
    const auto rate_value = [](const std::optional<int>& rate) {
      return rate ? std::to_string(*rate) : std::string();
    };
    return "<dl class=\"headline\">\n" +
           figure("Recovered revenue",
                  data("recovered_amount", decimal(recovered),
                       money(recovered) + " <small>" + code_ + "</small>"),
                  "from " + number(recovered) + " of " + number(all.handed_over()) +
                      " payments handed over; refunds and chargebacks are taken off") +
           figure("Recovery rate",
                  data("rate_per_mille", rate_value(all.rate()), rate_in_words(all.rate())),
                  "of the " + number(all.ended()) + " that have ended; " +
                      rate_in_words(all.rate_by_amount()) + " by amount") +
           figure("Days to recover",
                  data("median_days", median ? std::to_string(*median) : "",
                       median ? std::to_string(*median) : "-"),
                  "the median, without cascades") +
           figure("Given back", data("given_back_amount", decimal(back), money(back)),
                  number(all.of(Outcome::refunded)) + " refunded, " +
                      number(all.of(Outcome::charged_back)) + " charged back" + due) +
           figure("Still open", data("open_amount", decimal(open), money(open)),
                  number(open) + " without a result yet") +
           "</dl>\n";
  }

  std::string begin(const Panel& panel, const std::vector<Head>& heads) const {
    const std::string id = code_ + "-" + panel.id;
    std::string text =
        "<section class=\"panel" + std::string(panel.width) + "\" aria-labelledby=\"" + id +
        "\">\n<h3 id=\"" + id + "\">" + panel.title + "</h3>\n<p class=\"note\">" + panel.note +
        "</p>\n<div class=\"chart\" hidden></div>\n<div class=\"scroll\" "
        "tabindex=\"0\" role=\"group\" aria-labelledby=\"" +
        id + "\"><table data-table=\"" + panel.id + "\" data-chart=\"" + panel.chart +
        "\">\n<caption>" + panel.title + ", " + code_ + "</caption>\n<thead><tr>";
    for (const Head& head : heads) {
      text += "<th scope=\"col\"";
      if (head.tone != nullptr) text += " data-series=\"" + std::string(head.tone) + "\"";
      text += ">" + std::string(head.text) + "</th>";
    }
    return text + "</tr></thead>\n<tbody>\n";
  }
  static std::string end() { return "</tbody></table></div>\n</section>\n"; }

  static std::string row_head(std::string_view key, std::string_view label) {
    return "<th scope=\"row\" data-key=\"" + escaped(key) + "\">" + escaped(label) + "</th>";
  }

  std::string rows(const Panel& panel, const char* what, const std::vector<Row>& rows) const {
    std::string text = begin(panel, {{what}, {"Recovered"}, {"Revenue", "recovered"}, {"Rate"}});
    for (const Row& row : rows) {
      text += "<tr>" + row_head(row.key, row.label) + share_cell(row.figures) +
              money_cell(row.figures.of(Outcome::recovered)) + rate_cell(row.figures.rate()) +
              "</tr>\n";
    }
    return text + end();
  }

  std::string by_way() const {
    return rows({"block", "By block",
                 "The re-attempts that FlexFactor took over, reruns and cascades.", "lying"},
                "Block", revenue_.by_way);
  }
  std::string by_gateway() const {
    return rows(
        {"gateway", "By original gateway", "The gateway that had declined the payment.", "lying"},
        "Gateway", revenue_.by_gateway);
  }
  std::string by_code() const {
    return rows(
        {"decline-code", "By decline code", "What that gateway gave as its reason.", "lying"},
        "Decline", revenue_.by_decline_code);
  }

  std::string over_time() const {
    const std::string unit(to_text(report_.unit));
    std::string text = begin({"over-time", "Over time",
                              "Revenue by the " + unit +
                                  " on which a payment was handed over; the "
                                  "latest may still be open.",
                              "standing", " wide"},
                             {{report_.unit == Unit::week ? "Week from" : "From"},
                              {"Recovered"},
                              {"Open"},
                              {"Revenue", "recovered"},
                              {"Given back", "given-back"},
                              {"Rate"}});
    for (const Stretch& stretch : revenue_.over_time) {
      const Figures& figures = stretch.figures;
      const std::string first = to_iso8601(stretch.first);
      text += "<tr>" + row_head(first, first) + share_cell(figures) +
              count_cell(figures.of(Outcome::open)) + money_cell(figures.of(Outcome::recovered)) +
              money_cell(figures.given_back()) + rate_cell(figures.rate()) + "</tr>\n";
    }
    return text + end();
  }

  std::string what_became() const {
    constexpr std::array<std::pair<Outcome, const char*>, 6> tones{
        {{Outcome::recovered, "recovered"},
         {Outcome::refunded, "given-back"},
         {Outcome::charged_back, "charged-back"},
         {Outcome::refund_due, "refund-due"},
         {Outcome::failed, "failed"},
         {Outcome::open, "open"}}};
    std::string text = begin({"outcome", "What became of them",
                              "All payments handed over, as they "
                              "stand now.",
                              "ring"},
                             {{"Outcome"}, {"Payments", "recovered"}, {"Amount"}});
    for (const auto& [outcome, tone] : tones) {
      const Sum sum = revenue_.all.of(outcome);
      if (sum.count == 0) continue;
      text += "<tr data-tone=\"" + std::string(tone) + "\">" +
              row_head(to_text(outcome), title(outcome)) + count_cell(sum) + money_cell(sum) +
              "</tr>\n";
    }
    return text + end();
  }

  std::string bands(const Panel& panel, const std::vector<Head>& heads,
                    const std::vector<Band>& bands) const {
    std::string text = begin(panel, heads);
    for (const Band& band : bands) {
      text += "<tr>" + row_head(band.label, band.label) + count_cell(band.sum) +
              money_cell(band.sum) + "</tr>\n";
    }
    return text + end();
  }
  std::string days() const {
    return bands({"days", "Days to recover",
                  "From the hand-over to the payment; a cascade is paid at once.", "lying"},
                 {{"Within"}, {"Recovered", "recovered"}, {"Amount"}}, revenue_.days.bands);
  }
  std::string open() const {
    return bands({"open", "Open, by age",
                  "Since the hand-over, at " + minute(report_.at.value()) + ".", "lying"},
                 {{"Age"}, {"Open", "open"}, {"Amount"}}, revenue_.open_by_age);
  }

  const Revenue& revenue_;
  const RevenueReport& report_;
  const std::string code_;
};

// Only these two scripts run, and nothing is fetched, whatever stands in the page.
std::string policy() {
  const auto hash = [](std::string_view script) {
    return " 'sha256-" + crypto::to_base64(crypto::sha256(script)) + "'";
  };
  return "default-src 'none'; base-uri 'none'; form-action 'none'; style-src 'unsafe-inline'; "
         "script-src" +
         hash(chart_library) + hash(page_script);
}

std::string head(const RevenueReport& report) {
  return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta http-equiv=\"Content-Security-Policy\" content=\"" +
         policy() +
         "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>Recovered revenue, " +
         escaped(report.period) + "</title>\n<style>\n" + std::string(page_style) +
         "</style>\n</head>\n";
}

std::string navigation(const std::vector<Revenue>& currencies) {
  if (currencies.size() < 2) return {};
  std::string text = "<nav aria-label=\"Currencies\">";
  for (const Revenue& revenue : currencies) {
    const std::string code(revenue.currency.code());
    text += element("a href=\"#" + code + "\"", code);
  }
  return text + "</nav>\n";
}

constexpr std::string_view footer =
    "<footer>\n"
    "<p>A payment counts in the period in which it was handed over to FlexFactor, whenever its "
    "result "
    "came. Recovered is what was charged and stays; what was refunded, charged back or has to be "
    "refunded is given back and counts as not recovered. The rate is of those that have "
    "ended.</p>\n"
    "<p>Made by recycled. Amounts of different currencies are never added.</p>\n"
    "</footer>\n";

}  // namespace

std::string to_html(const RevenueReport& report) {
  std::string page = head(report) +
                     "<body>\n<main>\n<header>\n<h1>Recovered revenue</h1>\n<p class=\"period\">"
                     "Declined payments handed over to FlexFactor: " +
                     escaped(report.period) + " (" + escaped(report.time_zone) + ")</p>\n" +
                     navigation(report.currencies) + "</header>\n";
  if (report.currencies.empty()) page += "<p>Nothing was handed over.</p>\n";
  for (const Revenue& revenue : report.currencies) page += Part(revenue, report).html();
  page += std::string(footer) + "</main>\n<script>" + std::string(chart_library) +
          "</script>\n<script>" + std::string(page_script) + "</script>\n</body>\n</html>\n";
  return page;
}

}  // namespace recycled::report
