#include "hub_download.h"

#include <QUrl>
#include <functional>
#include <numeric>
#include <utility>

#include "graph/hugging_face.h"
#include "http_client.h"
#include "storage/hub_store.h"

namespace mantissa {
namespace {

constexpr int kMostAttempts = 5;  // on one file, as long as each one brings it forward

/// The name of the model, or of its file, before what the error says.
Error located(Error error, const std::string& name) {
    error.where = error.where.empty() ? name : name + ": " + error.where;
    return error;
}

/// Takes the hub's list of files into memory, no more of it than such a list may have.
class ListingReceiver final : public HttpReceiver {
  public:
    Status begin(const HttpAnswer& answer) override {
        return answer.length > kLargestListing ? tooLarge() : Status(Done{});
    }
    Status take(std::span<const std::byte> bytes) override {
        text_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        return static_cast<std::int64_t>(text_.size()) > kLargestListing ? tooLarge() : Status(Done{});
    }
    const std::string& text() const { return text_; }

  private:
    static Status tooLarge() {
        return Error{.code = ErrorCode::corrupt,
                     .message = "the hub's answer is larger than any model's list of files"};
    }
    std::string text_;
};

/// Takes a file into the cache, no byte more than the hub lists.
class FileReceiver final : public HttpReceiver {
  public:
    FileReceiver(BlobWriter& writer, const HubFile& file, std::function<void(std::int64_t)> report)
        : writer_(writer), file_(file), report_(std::move(report)) {}

    Status begin(const HttpAnswer& answer) override {
        if (answer.status == 206 && !continues(answer.contentRange))
            return refuse("another part of it than was asked for");
        if (answer.status == 200 && writer_.size() > 0)
            if (auto status = writer_.restart(); !status) return fail(std::move(status).error());
        const std::int64_t left = file_.bytes - writer_.size();
        if (answer.length >= 0 && answer.length != left)
            return refuse(
                (answer.length == INT64_MAX ? std::string("an impossible number of") : std::to_string(answer.length)) +
                " bytes where " + std::to_string(left) + " are missing");
        return Done{};
    }
    Status take(std::span<const std::byte> bytes) override {
        if (static_cast<std::int64_t>(bytes.size()) > file_.bytes - writer_.size())
            return refuse("more than the " + std::to_string(file_.bytes) + " bytes that are listed");
        if (auto status = writer_.append(bytes); !status) return fail(std::move(status).error());
        report_(writer_.size());
        return Done{};
    }
    /// Whether it ended the request itself: the same would happen again.
    bool refused() const { return refused_; }

  private:
    bool continues(const QByteArray& contentRange) const {
        return contentRange.startsWith("bytes " + QByteArray::number(static_cast<qlonglong>(writer_.size())) + "-");
    }
    Status fail(Error error) {
        refused_ = true;
        return error;
    }
    Status refuse(const std::string& what) {
        return fail({.code = ErrorCode::corrupt, .message = "was not fetched: the server sends " + what});
    }

    BlobWriter& writer_;
    const HubFile& file_;
    std::function<void(std::int64_t)> report_;
    bool refused_ = false;
};

/// A connection that drops after it has brought something is made again, and goes on where it dropped.
Status fetchFile(HttpClient& client, const QUrl& url, const HubFile& file, BlobWriter& writer,
                 const std::function<void(std::int64_t)>& report) {
    for (int attempt = 1; writer.size() < file.bytes; ++attempt) {
        const std::int64_t before = writer.size();
        FileReceiver receiver(writer, file, report);
        Status status = client.get(url, before, receiver);
        if (!status && (receiver.refused() || status.error().code == ErrorCode::cancelled)) return status;
        const bool forward = writer.size() > before && attempt < kMostAttempts;
        if (writer.size() == file.bytes || forward) continue;
        if (!status) return status;
        return Error{
            .code = ErrorCode::unreadable,
            .message = "ended after " + std::to_string(writer.size()) + " of " + std::to_string(file.bytes) + " bytes"};
    }
    return Done{};
}

QUrl addressOf(const HubOptions& options, const std::string& path) {
    return QUrl::fromEncoded(QByteArray::fromStdString(options.endpoint + path), QUrl::StrictMode);
}

std::string encoded(const std::string& text) {
    return QUrl::toPercentEncoding(QString::fromStdString(text)).toStdString();
}

}  // namespace

std::int64_t HubPlan::bytes() const {
    return std::accumulate(files.begin(), files.end(), std::int64_t{0},
                           [](std::int64_t sum, const File& f) { return sum + f.file.bytes; });
}

std::int64_t HubPlan::bytesToFetch() const {
    return std::accumulate(files.begin(), files.end(), bytes(),
                           [](std::int64_t left, const File& f) { return left - f.bytesHere; });
}

void HubPlan::countBytesHere(const HubOptions& options) {
    const HubStore store(options.cache, name.repository);
    for (File& planned : files) planned.bytesHere = store.bytesHere(planned.file);
}

Result<HubPlan> planDownload(const HubName& name, const HubOptions& options, std::stop_token stop) {
    HttpClient client(options, stop);
    ListingReceiver receiver;
    const QUrl url =
        addressOf(options, "/api/models/" + name.repository + "/revision/" + encoded(name.revision) + "?blobs=true");
    if (auto status = client.get(url, 0, receiver); !status) return located(std::move(status).error(), name.text());
    const auto listing = parseHubListing(receiver.text());
    if (!listing) return located(listing.error(), name.text());
    const auto files = filesToFetch(*listing);
    if (!files) return located(files.error(), name.text());

    HubPlan plan;
    plan.name = name;
    plan.commit = listing->commit;
    plan.architecture = listing->architecture.empty() ? listing->modelType : listing->architecture;
    for (const HubFile& file : *files) plan.files.push_back({.file = file});
    plan.countBytesHere(options);
    if (!listing->modelType.empty()) {
        std::string pretrained = '"' + name.repository + '"';
        if (name.revision != "main") pretrained += ", revision=\"" + name.revision + '"';
        if (auto builds = buildsArchitecture(listing->modelType, listing->architecture, pretrained); !builds)
            plan.problem = builds.error();
    }
    return plan;
}

Result<std::filesystem::path> downloadModel(const HubPlan& plan, const HubOptions& options, std::stop_token stop,
                                            const Progress& progress) {
    const HubStore store(options.cache, plan.name.repository);
    if (auto status = store.makeRoom(plan.bytesToFetch()); !status)
        return located(std::move(status).error(), plan.name.text());
    HttpClient client(options, stop);
    std::vector<HubFile> files;
    std::int64_t before = 0;
    for (const HubPlan::File& planned : plan.files) {
        const HubFile& file = planned.file;
        const std::string where = plan.name.text() + "/" + file.name;
        const auto report = [&](std::int64_t bytes) {
            if (progress) progress({.stage = file.name, .done = before + bytes, .total = plan.bytes()});
        };
        if (!store.isWhole(file)) {
            auto writer = BlobWriter::open(store, file);
            if (!writer) return located(std::move(writer).error(), plan.name.text());
            report(writer->size());
            Status status = writer->readBack(stop);
            if (status)
                status = fetchFile(client,
                                   addressOf(options, "/" + plan.name.repository + "/resolve/" + plan.commit + "/" +
                                                          encoded(file.name)),
                                   file, *writer, report);
            if (!status) {
                if (status.error().code == ErrorCode::unreadable && writer->size() > 0)
                    status.error().message += "; what was fetched is kept, and the next download goes on from there";
                return located(std::move(status).error(), where);
            }
            if (status = writer->finish(); !status) return located(std::move(status).error(), plan.name.text());
        }
        report(file.bytes);
        before += file.bytes;
        files.push_back(file);
    }
    if (auto status = store.publish(plan.name, plan.commit, files); !status)
        return located(std::move(status).error(), plan.name.text());
    return store.snapshot(plan.commit);
}

}  // namespace mantissa
