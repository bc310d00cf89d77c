#include "source.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <sstream>

namespace recycled::tidy {
namespace {

// Walks C++ text once and blanks what is not code.
class Blanker {
 public:
  explicit Blanker(const std::string& text) : text_(text), code_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      if (starts("//")) {
        blank_to(find_or_end("\n"));
      } else if (starts("/*")) {
        blank_to(past("*/", at_ + 2));
      } else if (starts("R\"")) {
        raw_string();
      } else if (text_[at_] == '"' || (text_[at_] == '\'' && !in_number())) {
        literal(text_[at_]);
      } else {
        ++at_;
      }
    }
    return std::move(code_);
  }

 private:
  bool starts(std::string_view what) const { return text_.compare(at_, what.size(), what) == 0; }

  // 1'000: the quote separates digits and opens nothing.
  bool in_number() const {
    return at_ > 0 && std::isxdigit(static_cast<unsigned char>(text_[at_ - 1])) != 0;
  }

  std::size_t find_or_end(std::string_view what) const {
    return std::min(text_.find(what, at_), text_.size());
  }
  std::size_t past(std::string_view what, std::size_t from) const {
    const auto found = text_.find(what, from);
    return found == std::string::npos ? text_.size() : found + what.size();
  }

  void blank_to(std::size_t end) {
    for (; at_ < end; ++at_) {
      if (text_[at_] != '\n') code_[at_] = ' ';
    }
  }

  void literal(char quote) {
    ++at_;
    while (at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n') {
      blank_to(std::min(text_.size(), at_ + (text_[at_] == '\\' ? 2 : 1)));
    }
    if (at_ < text_.size()) ++at_;
  }

  void raw_string() {
    at_ += 2;
    const auto open = text_.find('(', at_);
    if (open == std::string::npos) return;
    const std::string close = ")" + text_.substr(at_, open - at_) + "\"";
    const std::size_t end = past(close, open);
    blank_to(end == text_.size() ? end : end - 1);
    if (at_ < text_.size()) ++at_;
  }

  const std::string& text_;
  std::string code_;
  std::size_t at_ = 0;
};

}  // namespace

Source make_source(std::string path, std::string text) {
  std::string code = Blanker(text).run();
  return {std::move(path), std::move(text), std::move(code)};
}

std::filesystem::path root() { return SOURCE_ROOT; }

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<Source> read_sources(const std::vector<std::string>& folders) {
  std::vector<Source> made;
  for (const std::string& folder : folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root() / folder)) {
      const auto kind = entry.path().extension();
      if (!entry.is_regular_file() || (kind != ".hpp" && kind != ".cpp")) continue;
      const auto path = std::filesystem::relative(entry.path(), root()).generic_string();
      made.push_back(make_source(path, read_text(entry.path())));
    }
  }
  std::sort(made.begin(), made.end(),
            [](const Source& a, const Source& b) { return a.path < b.path; });
  return made;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> made;
  std::istringstream in{std::string(text)};
  for (std::string line; std::getline(in, line);) made.push_back(line);
  return made;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return "";
  return std::string(text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1));
}

bool is_under(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

Finding at_line(const Source& source, std::size_t line, std::string what) {
  return {source.path + ":" + std::to_string(line), std::move(what)};
}

std::size_t line_at(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  return 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
}

void append(Findings& to, Findings more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string to_text(const Findings& findings) {
  std::string made;
  for (const Finding& finding : findings) made += "\n" + finding.where + ": " + finding.what;
  return made;
}

}  // namespace recycled::tidy
