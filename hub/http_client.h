#pragma once

// Private to hub: includes Qt.

#include <QByteArray>
#include <QNetworkAccessManager>
#include <QUrl>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stop_token>

#include "hub_options.h"
#include "result.h"

class QNetworkReply;

namespace mantissa {

/// What a server says before the body.
struct HttpAnswer {
    int status = 0;
    std::int64_t length = -1;  ///< of the body; −1: not announced
    QByteArray contentRange, retryAfter, errorCode, errorMessage, location;
};

/// Takes an answer whose status is 200 or 206. An error ends the request and is its outcome.
class HttpReceiver {
  public:
    virtual ~HttpReceiver() = default;
    virtual Status begin(const HttpAnswer& answer) = 0;
    virtual Status take(std::span<const std::byte> bytes) = 0;
};

/// GET requests, one at a time. Lives in one thread, any one: it runs an event loop of its own while it waits.
/// Redirects are followed, ten at most, never from https to http; the token goes to the endpoint alone.
class HttpClient {
  public:
    HttpClient(const HubOptions& options, std::stop_token stop);

    /// Ends when the body ends, which may be early: its length is for the receiver to judge. `from` > 0 asks for what
    /// follows that many bytes, which a server need not heed. Errors name the host.
    Status get(const QUrl& url, std::int64_t from, HttpReceiver& receiver);

  private:
    Result<QUrl> exchange(const QUrl& url, std::int64_t from, HttpReceiver& receiver);
    bool isEndpoint(const QUrl& url) const;
    Error connectionError(const QNetworkReply& reply) const;
    Error statusError(const HttpAnswer& answer, const QUrl& url) const;

    const HubOptions& options_;
    std::stop_token stop_;
    QUrl endpoint_;
    QNetworkAccessManager manager_;
};

}  // namespace mantissa
