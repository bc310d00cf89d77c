// FILE.rejected: what an import did not take in, as a file that can be mended and imported again.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "intake/importer.hpp"

namespace recycled {

class RejectFile {
 public:
  // Nothing is made before the first record. `header` is the imported file's, empty if it has none.
  RejectFile(std::filesystem::path file, std::string header);

  // "# line N: reason" and the record, which only its owner may read: it names customers.
  void add(const intake::Reject& reject);

  const std::filesystem::path& file() const { return file_; }
  // Whether all that was added could be written.
  bool is_whole() const { return is_whole_; }

 private:
  void open();

  std::filesystem::path file_;
  std::string header_;
  std::ofstream out_;
  bool is_whole_ = true;
};

}  // namespace recycled
