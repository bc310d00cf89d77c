// One reading of FlexFactor's list for the orders of ours that are missing at one time: after an
// outage those are hundreds, and each page is a call. It says what to ask for and what an answer
// means, and calls nobody. Source: flexfactor.md "GET orders", lessons.md 21.
#pragma once

#include <optional>
#include <set>
#include <vector>

#include "billing/recovery.hpp"
#include "ports/provider.hpp"

namespace recycled::engine {

class ListReading {
 public:
  // For the order of `first`, over the time in which its request may have left.
  ListReading(const billing::Recovery& first, Instant now);

  // Looks for this one too, unless it can only have left at another time than the first. Before the
  // first page. What a reading for several cannot tell, one for each alone still may: its time is
  // shorter, and so may be a row in it that cannot be understood.
  bool takes(const billing::Recovery& recovery);

  // The page to ask for.
  ports::ListQuery next() const;

  struct Found {
    OrderId order;
    ports::InquiryReply reply;
    std::optional<ProviderOrderId> provider_order;
  };
  // What the page that was asked for says: of those that stand on it, and of all that are left
  // where there is no page behind it, or no answer: from the second page on, four times in a row.
  std::vector<Found> read(const ports::ListReply& page);
  // Something is known of each.
  bool is_over() const { return missing_.empty(); }

 private:
  struct Span {
    Instant from;
    Instant to;
  };
  static Span span_of(const billing::Recovery& recovery, Instant now);
  bool is_asked_again(const ports::ListReply& page);
  std::vector<Found> read_rows(const std::vector<ports::ListedOrder>& rows,
                               const ports::InquiryReply& reply);
  std::vector<Found> give_up(const ports::InquiryReply& reply);

  Instant began_;
  Span first_;
  Span span_;  // of all of them
  std::set<OrderId> missing_;
  int page_ = 1;
  int unanswered_ = 0;      // askings for this page that were not answered
  bool shows_ours_ = true;  // on every page so far
};

}  // namespace recycled::engine
