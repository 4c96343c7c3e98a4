#include "hub/fake_hub.h"

#include <QCryptographicHash>
#include <QTcpServer>
#include <QTcpSocket>
#include <QThread>
#include <QTimer>
#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <sstream>

namespace mantissa::test {
namespace {

constexpr qint64 kPiece = 1 << 14;            // bytes
constexpr qint64 kWaiting = qint64{1} << 20;  // bytes that may wait in a socket

struct StoredFile {
    std::string content, digest;
    FakeHub::Storage storage;
};

std::string hashOf(const std::string& content, FakeHub::Storage storage) {
    const bool lfs = storage == FakeHub::Storage::lfs;
    QCryptographicHash hash(lfs ? QCryptographicHash::Sha256 : QCryptographicHash::Sha1);
    if (!lfs) {
        const std::string header = "blob " + std::to_string(content.size());
        hash.addData(QByteArrayView(header.c_str(), static_cast<qsizetype>(header.size() + 1)));
    }
    hash.addData(QByteArrayView(content.data(), static_cast<qsizetype>(content.size())));
    return hash.result().toHex().toStdString();
}

HubRequest parse(const QByteArray& text) {
    HubRequest request;
    const auto lines = text.split('\n');
    request.path = lines[0].split(' ').value(1).toStdString();
    for (const QByteArray& line : lines) {
        const auto value = line.mid(line.indexOf(':') + 1).trimmed().toStdString();
        const QByteArray name = line.left(line.indexOf(':')).toLower();
        if (name == "host") request.host = value;
        if (name == "authorization") request.authorization = value;
        if (name == "range") request.range = value;
    }
    return request;
}

/// The part of the content that "bytes=N-" asks for.
HubReply contentFrom(const std::string& content, const std::string& range) {
    if (range.empty()) return {.body = content};
    const auto first = static_cast<std::size_t>(std::stoll(range.substr(range.find('=') + 1)));
    return {.status = 206,
            .headers = {{"Content-Range", "bytes " + std::to_string(first) + "-" + std::to_string(content.size() - 1) +
                                              "/" + std::to_string(content.size())}},
            .body = content.substr(first)};
}

}  // namespace

struct FakeHub::Server {
    std::string modelType = "mobilevit", architecture = "MobileViTForImageClassification";
    std::string repository, commit = std::string(20, 'c') + std::string(20, '1');
    mutable std::mutex mutex;
    std::map<std::string, StoredFile> files;
    std::vector<std::pair<std::string, std::function<HubReply(const HubRequest&)>>> answers;
    std::vector<HubRequest> requests;
    std::atomic<std::int64_t> sent{0};
    QThread thread;
    QObject* home = nullptr;  ///< lives in the thread, owns what else does
    quint16 port = 0;

    void serve(QTcpSocket* socket, FakeHub& hub) {
        auto text = std::make_shared<QByteArray>();
        QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket, text, &hub] {
            *text += socket->readAll();
            const auto end = text->indexOf("\r\n\r\n");
            if (end < 0) return;
            const HubRequest request = parse(text->left(end));
            text->clear();
            send(socket, replyTo(request, hub));
        });
        QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
    }

    HubReply replyTo(const HubRequest& request, FakeHub& hub) {
        std::function<HubReply(const HubRequest&)> found;
        {
            const std::lock_guard lock(mutex);
            requests.push_back(request);
            for (const auto& [part, with] : answers)
                if (request.path.find(part) != std::string::npos) found = with;
        }
        return found ? found(request) : hub.honest(request);
    }

    void send(QTcpSocket* socket, const HubReply& reply) {
        std::ostringstream head;
        head << "HTTP/1.1 " << reply.status << " Answer\r\nConnection: close\r\n";
        for (const auto& [name, value] : reply.headers) head << name << ": " << value << "\r\n";
        if (!reply.length.empty())
            head << "Content-Length: " << (reply.length == "right" ? std::to_string(reply.body.size()) : reply.length)
                 << "\r\n";
        head << "\r\n";
        socket->write(QByteArray::fromStdString(head.str()));
        const auto body = std::make_shared<const QByteArray>(QByteArray::fromStdString(reply.body));
        const auto at = std::make_shared<qint64>(0);
        const auto finish = [socket, then = reply.then] {
            if (then == HubReply::Then::close) socket->disconnectFromHost();
            if (then == HubReply::Then::drop) {
                socket->flush();
                socket->abort();
            }
        };
        const bool endless = reply.then == HubReply::Then::endless;
        const auto more = [this, socket, body, at, finish, endless] {
            if (*at < 0) return;
            const qint64 n = std::min<qint64>(kPiece, body->size() - *at);
            sent += socket->write(body->constData() + *at, n);
            *at += n;
            if (*at < body->size()) return;
            *at = endless ? 0 : -1;
            if (!endless) finish();
        };
        if (reply.pauseMs > 0) {
            auto* timer = new QTimer(socket);
            QObject::connect(timer, &QTimer::timeout, socket, more);
            timer->start(reply.pauseMs);
            return;
        }
        const auto fill = [socket, at, more] {
            while (*at >= 0 && socket->state() == QAbstractSocket::ConnectedState && socket->bytesToWrite() < kWaiting)
                more();
        };
        QObject::connect(socket, &QTcpSocket::bytesWritten, socket, fill);
        fill();
    }
};

FakeHub::FakeHub(std::string repository) : server_(std::make_unique<Server>()) {
    server_->repository = std::move(repository);
    server_->home = new QObject;
    server_->home->moveToThread(&server_->thread);
    QObject::connect(&server_->thread, &QThread::finished, server_->home, &QObject::deleteLater);
    server_->thread.start();
    QMetaObject::invokeMethod(
        server_->home,
        [this] {
            // Two addresses with one port: whatever is free at the first.
            for (const char* address : {"127.0.0.1", "127.0.0.2"}) {
                auto* listener = new QTcpServer(server_->home);
                listener->listen(QHostAddress(QString::fromLatin1(address)), server_->port);
                server_->port = listener->serverPort();
                QObject::connect(listener, &QTcpServer::newConnection, listener, [this, listener] {
                    while (QTcpSocket* socket = listener->nextPendingConnection()) server_->serve(socket, *this);
                });
            }
        },
        Qt::BlockingQueuedConnection);
}

FakeHub::~FakeHub() {
    server_->thread.quit();
    server_->thread.wait();
}

std::string FakeHub::endpoint() const { return "http://127.0.0.1:" + std::to_string(server_->port); }
std::string FakeHub::elsewhere() const { return "http://127.0.0.2:" + std::to_string(server_->port); }
const std::string& FakeHub::commit() const { return server_->commit; }
std::int64_t FakeHub::bytesSent() const { return server_->sent; }

void FakeHub::describe(const std::string& modelType, const std::string& architecture) {
    const std::lock_guard lock(server_->mutex);
    server_->modelType = modelType;
    server_->architecture = architecture;
}

void FakeHub::add(const std::string& name, std::string content, Storage storage) {
    const std::lock_guard lock(server_->mutex);
    std::string digest = hashOf(content, storage);
    server_->files[name] = {std::move(content), std::move(digest), storage};
}

std::string FakeHub::digest(const std::string& name) const {
    const std::lock_guard lock(server_->mutex);
    return server_->files.at(name).digest;
}

std::string FakeHub::listing() const {
    const std::lock_guard lock(server_->mutex);
    std::string siblings;
    for (const auto& [name, file] : server_->files) {
        const std::string size = std::to_string(file.content.size());
        siblings += (siblings.empty() ? "" : ",") + std::string(R"({"rfilename":")") + name + R"(","size":)" + size;
        if (file.storage == Storage::lfs)
            siblings += R"(,"blobId":")" + std::string(40, 'f') + R"(","lfs":{"sha256":")" + file.digest +
                        R"(","size":)" + size + R"(,"pointerSize":134}})";
        else
            siblings += R"(,"blobId":")" + file.digest + "\"}";
    }
    return R"({"id":")" + server_->repository + R"(","sha":")" + server_->commit +
           R"(","tags":["vision"],"config":{"architectures":[")" + server_->architecture + R"("],"model_type":")" +
           server_->modelType + R"("},"siblings":[)" + siblings + "]}";
}

void FakeHub::answer(const std::string& part, std::function<HubReply(const HubRequest&)> with) {
    const std::lock_guard lock(server_->mutex);
    server_->answers.emplace_back(part, std::move(with));
}

void FakeHub::answer(const std::string& part, HubReply with) {
    answer(part, [with = std::move(with)](const HubRequest&) { return with; });
}

HubReply FakeHub::honest(const HubRequest& request) const {
    if (request.path.starts_with("/api/models/" + server_->repository + "/revision/")) return {.body = listing()};
    const std::string files = "/" + server_->repository + "/resolve/" + server_->commit + "/";
    const std::lock_guard lock(server_->mutex);
    for (const auto& [name, file] : server_->files) {
        if (request.path == "/content/" + file.digest) return contentFrom(file.content, request.range);
        if (request.path != files + name) continue;
        if (file.storage == Storage::git) return contentFrom(file.content, request.range);
        return {.status = 302, .headers = {{"Location", elsewhere() + "/content/" + file.digest}}};
    }
    return {.status = 404, .headers = {{"X-Error-Code", "RepoNotFound"}}};
}

std::vector<HubRequest> FakeHub::requests() const {
    const std::lock_guard lock(server_->mutex);
    return server_->requests;
}

}  // namespace mantissa::test
