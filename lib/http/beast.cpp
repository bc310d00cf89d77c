// The one place where Boost.Beast, Asio's TLS and Boost.URL are compiled.
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
#include <boost/url/src.hpp>
