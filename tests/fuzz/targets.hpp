// What is read from strangers, each as a function that takes any bytes at all. libFuzzer looks for
// bytes that break one (scripts/check fuzz); replay_test.cpp feeds them what is kept in corpus/.
// What has to hold whatever the bytes are is an `ensure`, so that a Bug is a find.
#pragma once

#include <string_view>

namespace recycled::fuzz {

void api_request(std::string_view bytes);       // method, target, headers, an empty line, body
void callback_body(std::string_view bytes);     // the body of a callback
void callback_headers(std::string_view bytes);  // its headers, an empty line, its body
void config(std::string_view bytes);            // a config file
void import_file(std::string_view bytes);       // a file of `import`, CSV or JSONL
void json_batch(std::string_view bytes);        // the body of a push to the local API
void provider_reply(std::string_view bytes);    // an HTTP status, a line break, the body of a reply

}  // namespace recycled::fuzz
