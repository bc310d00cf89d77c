#include "flexfactor/answer.hpp"

#include "flexfactor/problem.hpp"

namespace recycled::flexfactor {

namespace {

std::string http_words(int status) { return "HTTP " + std::to_string(status); }

}  // namespace

Answer answer_of(int http_status, const std::optional<Json>& body) {
  if (http_status >= 200 && http_status < 300) return body ? Answer::readable : Answer::garbled;
  if (http_status == 401) return Answer::unauthorized;
  if (http_status == 429) return Answer::busy;
  if (http_status == 409) return Answer::conflicting;
  if (http_status >= 300 && http_status < 400) return Answer::redirecting;
  if (http_status >= 400 && http_status < 500 && http_status != 408) return Answer::refusing;
  return Answer::failing;
}

std::string why(Answer answer, int http_status) {
  switch (answer) {
    case Answer::readable:
      return http_words(http_status) + " without a status";
    case Answer::garbled:
      return http_words(http_status) + " with an unreadable body";
    case Answer::unauthorized:
      return "unauthorized";
    case Answer::busy:
    case Answer::conflicting:
    case Answer::redirecting:
    case Answer::refusing:
    case Answer::failing:
      return http_words(http_status);
  }
  return {};
}

std::string refusal(int http_status, const Json& body) {
  const std::string said = problem_message(body);
  return said.empty() ? http_words(http_status) : http_words(http_status) + ": " + said;
}

}  // namespace recycled::flexfactor
