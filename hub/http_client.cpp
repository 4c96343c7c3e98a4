#include "http_client.h"

#include <QEventLoop>
#include <QNetworkReply>
#include <QNetworkRequest>
#include <QSslSocket>
#include <array>
#include <memory>
#include <optional>

namespace mantissa {
namespace {

constexpr int kMostRedirects = 10;
constexpr qint64 kBuffer = 1 << 20;  // bytes that Qt may hold before they are taken

Error unreadable(std::string message, std::string where = {}) {
    return {.code = ErrorCode::unreadable, .message = std::move(message), .where = std::move(where)};
}

std::string textOf(const QString& text) { return text.simplified().toStdString(); }

HttpAnswer answerOf(const QNetworkReply& reply) {
    HttpAnswer answer;
    answer.status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (const QByteArray length = reply.rawHeader("Content-Length"); !length.isEmpty()) {
        bool number = false;
        answer.length = length.toLongLong(&number);
        if (!number || answer.length < 0) answer.length = INT64_MAX;  // beyond any size that could be right
    }
    answer.contentRange = reply.rawHeader("Content-Range");
    answer.retryAfter = reply.rawHeader("Retry-After");
    answer.errorCode = reply.rawHeader("X-Error-Code");
    answer.errorMessage = reply.rawHeader("X-Error-Message").left(300);
    answer.location = reply.rawHeader("Location");
    return answer;
}

/// One request up to its end: hands the body on as it comes, and stops as soon as something refuses it.
class Exchange {
  public:
    Exchange(QNetworkReply& reply, HttpReceiver& receiver) : reply_(reply), receiver_(receiver) {
        QObject::connect(&reply, &QNetworkReply::metaDataChanged, &loop_, [this] { pump(); });
        QObject::connect(&reply, &QNetworkReply::readyRead, &loop_, [this] { pump(); });
        QObject::connect(&reply, &QNetworkReply::finished, &loop_, [this] {
            pump();
            loop_.quit();
        });
    }

    void wait(const std::stop_token& stop) {
        // From whichever thread asks to stop; one that has asked already is noticed when the loop begins.
        const std::stop_callback wake(
            stop, [this] { QMetaObject::invokeMethod(&loop_, &QEventLoop::quit, Qt::QueuedConnection); });
        if (!reply_.isFinished()) loop_.exec();
        over_ = true;
        reply_.abort();
    }

    const std::optional<HttpAnswer>& answer() const { return answer_; }
    const std::optional<Error>& refusal() const { return refusal_; }

  private:
    void pump() {
        if (over_) return;
        if (!answer_) {
            if (!reply_.attribute(QNetworkRequest::HttpStatusCodeAttribute).isValid()) return;
            answer_ = answerOf(reply_);
            if (answer_->status != 200 && answer_->status != 206) return end();
            if (auto status = receiver_.begin(*answer_); !status) return refuse(status.error());
        }
        while (!over_ && reply_.bytesAvailable() > 0) {
            const qint64 read = reply_.read(piece_.data(), static_cast<qint64>(piece_.size()));
            if (read <= 0) return;
            if (auto status = receiver_.take(std::as_bytes(std::span(piece_).first(static_cast<std::size_t>(read))));
                !status)
                return refuse(status.error());
        }
    }
    void refuse(const Error& why) {
        refusal_ = why;
        end();
    }
    void end() {
        over_ = true;
        loop_.quit();
    }

    QNetworkReply& reply_;
    HttpReceiver& receiver_;
    QEventLoop loop_;
    std::array<char, 1 << 16> piece_{};
    std::optional<HttpAnswer> answer_;
    std::optional<Error> refusal_;
    bool over_ = false;
};

bool isRedirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

}  // namespace

HttpClient::HttpClient(const HubOptions& options, std::stop_token stop)
    : options_(options), stop_(std::move(stop)), endpoint_(QString::fromStdString(options.endpoint)) {}

bool HttpClient::isEndpoint(const QUrl& url) const {
    const auto port = [](const QUrl& of) { return of.port(of.scheme() == QLatin1String("https") ? 443 : 80); };
    return url.scheme() == endpoint_.scheme() && url.host() == endpoint_.host() && port(url) == port(endpoint_);
}

Status HttpClient::get(const QUrl& url, std::int64_t from, HttpReceiver& receiver) {
    QUrl at = url;
    for (int hop = 0; hop <= kMostRedirects; ++hop) {
        auto next = exchange(at, from, receiver);
        if (!next) return std::move(next).error();
        if (next->isEmpty()) return Done{};
        const bool web = next->scheme() == QLatin1String("https") || next->scheme() == QLatin1String("http");
        const bool lessSecure = at.scheme() == QLatin1String("https") && next->scheme() != QLatin1String("https");
        if (!web || lessSecure || next->host().isEmpty())
            return unreadable("redirects to an address that is not followed: " + textOf(next->toDisplayString()),
                              options_.host());
        at = *next;
    }
    return unreadable("redirects in circles (more than " + std::to_string(kMostRedirects) + " times)", options_.host());
}

/// One request: the address that it was redirected to, or an empty one where the body was taken.
Result<QUrl> HttpClient::exchange(const QUrl& url, std::int64_t from, HttpReceiver& receiver) {
    if (url.scheme() == QLatin1String("https") && !QSslSocket::supportsSsl())
        return unreadable("cannot be reached: Qt finds no OpenSSL here for the secure connection", textOf(url.host()));
    QNetworkRequest request(url);
    request.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    // HTTP/2 in Qt 6.4 takes bodies whole into memory, however small the buffer.
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setTransferTimeout(static_cast<int>(options_.patience.count()));
    request.setRawHeader("User-Agent", "mantissa/" MANTISSA_VERSION);
    request.setRawHeader("Accept-Encoding", "identity");  // bytes are counted and hashed as they are
    if (from > 0) request.setRawHeader("Range", "bytes=" + QByteArray::number(static_cast<qlonglong>(from)) + "-");
    if (!options_.token.empty() && isEndpoint(url))
        request.setRawHeader("Authorization", "Bearer " + QByteArray::fromStdString(options_.token));

    const std::unique_ptr<QNetworkReply> reply(manager_.get(request));
    reply->setReadBufferSize(kBuffer);
    Exchange exchange(*reply, receiver);
    exchange.wait(stop_);
    if (stop_.stop_requested()) return Error{.code = ErrorCode::cancelled, .message = "interrupted"};
    if (exchange.refusal()) return *exchange.refusal();
    const auto& answer = exchange.answer();
    if (answer && isRedirect(answer->status) && !answer->location.isEmpty())
        return url.resolved(QUrl::fromEncoded(answer->location));
    if (answer && answer->status != 200 && answer->status != 206) return statusError(*answer, url);
    if (reply->error() != QNetworkReply::NoError || !answer) return connectionError(*reply);
    return QUrl();
}

Error HttpClient::connectionError(const QNetworkReply& reply) const {
    const std::string host = textOf(reply.url().host());
    switch (reply.error()) {
        case QNetworkReply::HostNotFoundError:
            return unreadable("was not found; look whether this computer is connected to the network", host);
        case QNetworkReply::ConnectionRefusedError:
            return unreadable("refuses the connection", host);
        case QNetworkReply::OperationCanceledError:
        case QNetworkReply::TimeoutError:
            return unreadable("did not answer for " + std::to_string((options_.patience.count() + 999) / 1000) + " s",
                              host);
        case QNetworkReply::RemoteHostClosedError:
            return unreadable("closed the connection early", host);
        case QNetworkReply::SslHandshakeFailedError:
            return unreadable("could not be reached securely: " + textOf(reply.errorString()), host);
        default:
            return unreadable("did not send the answer: " + textOf(reply.errorString()), host);
    }
}

/// What the hub means by a status. For models that do not exist it gives 401 to those who send no token, so as not to
/// tell which private ones there are.
Error HttpClient::statusError(const HttpAnswer& answer, const QUrl& url) const {
    const std::string host = textOf(url.host());
    if (answer.errorCode == "RevisionNotFound") return unreadable("the model has no such revision");
    if (answer.errorCode == "EntryNotFound") return unreadable("is listed by the hub, and not there (404)");
    const std::string said = textOf(QString::fromUtf8(answer.errorMessage));
    if (answer.errorCode == "GatedRepo")
        return unreadable("its owner asks for an agreement first: accept it on the model's page at " +
                          options_.endpoint + ", then set HF_TOKEN to a token of that account");
    if (answer.status == 403)
        return unreadable(
            "does not allow it (403)" + (said.empty() ? "; set HF_TOKEN to a token that may read it" : ": " + said),
            host);
    if (answer.status == 401 && !options_.token.empty() && answer.errorCode != "RepoNotFound")
        return unreadable("does not accept the token in HF_TOKEN (401); make a new one or unset it", host);
    if (answer.status == 401 || answer.status == 404)
        return unreadable("there is no such model at " + options_.host() + ", or it is private (" +
                          std::to_string(answer.status) +
                          "); look at its name, or set HF_TOKEN to a token that may read it");
    if (answer.status == 429) {
        bool seconds = false;
        const int wait = answer.retryAfter.toInt(&seconds);
        return unreadable("asks to come back later (429, too many requests)" +
                              (seconds && wait > 0 ? "; download again in " + std::to_string(wait) + " s"
                                                   : std::string("; download again in some minutes")),
                          host);
    }
    if (answer.status >= 500)
        return unreadable("has a problem of its own (" + std::to_string(answer.status) + "); download again later",
                          host);
    return unreadable("answers with status " + std::to_string(answer.status) + (said.empty() ? "" : ": " + said), host);
}

}  // namespace mantissa
