// What the endpoints that take a batch have in common: from the request's body to items judged one
// by one, as an import judges its rows.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include "api/office.hpp"
#include "intake/json_batch.hpp"
#include "intake/unknown_fields.hpp"
#include "rest/batch.hpp"

namespace recycled::api {

// A kind of item: how a batch of it is written, named, judged and told of in the log.
template <class Item>
struct Kind {
  intake::BatchForm form;
  std::string_view id_name;
  intake::JudgedRecord<Item> (*judge)(const intake::Row&, const intake::RecordRules&);
  intake::UnknownFields::IsKnown is_field;
  ports::EventName event;
};

// The rows of a body, or what the request is answered instead.
tl::expected<std::vector<intake::Row>, http::Response> read_rows(const http::Request& request,
                                                                 const intake::BatchForm& form);

rest::Item rejected(std::string id, std::vector<intake::FieldProblem> problems);

void note(const Office& office, ports::EventName event, std::size_t count);

// What is good of the rows, and an answer that still lacks what became of that.
template <class Item>
struct Judged {
  std::vector<Item> good;
  std::vector<std::size_t> places;  // of the good ones among the answer's items
  rest::BatchAnswer answer;
};

template <class Item>
Judged<Item> judge(const std::vector<intake::Row>& rows, const Kind<Item>& kind,
                   const engine::Context& context) {
  const intake::RecordRules rules{context.desk.rules(), context.desk.calendar(),
                                  context.clock.now()};
  Judged<Item> judged;
  judged.answer.id_name = kind.id_name;
  judged.answer.items.reserve(rows.size());
  intake::UnknownFields unknown(kind.is_field);
  for (const intake::Row& row : rows) {
    for (const auto& [name, value] : row.fields) unknown.note(name);
    auto record = kind.judge(row, rules);
    if (!record.problems.empty()) {
      judged.answer.items.push_back(rejected(std::move(record.id), std::move(record.problems)));
      continue;
    }
    judged.places.push_back(judged.answer.items.size());
    judged.answer.items.push_back({std::move(record.id), {}, {}});
    judged.good.push_back(std::move(record.item));
  }
  judged.answer.unknown_fields = unknown.names();
  return judged;
}

}  // namespace recycled::api
