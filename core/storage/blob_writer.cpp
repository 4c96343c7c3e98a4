#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <vector>

#include "storage/hub_store.h"

namespace mantissa {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = std::size_t{1} << 20;  // bytes read at once

}  // namespace

/// A file descriptor that is closed with its owner.
class BlobWriter::Descriptor {
  public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) close(number_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int number() const { return number_; }

  private:
    int number_;
};

BlobWriter::BlobWriter() = default;
BlobWriter::~BlobWriter() = default;
BlobWriter::BlobWriter(BlobWriter&&) noexcept = default;
BlobWriter& BlobWriter::operator=(BlobWriter&&) noexcept = default;

Result<BlobWriter> BlobWriter::open(const HubStore& store, const HubFile& file) {
    BlobWriter writer;
    writer.file_ = file;
    writer.blob_ = store.blob(file);
    writer.partial_ = store.partial(file);
    const fs::path locks = store.cache_ / ".locks" / store.folder_.filename();
    std::error_code error;
    fs::create_directories(locks, error);
    if (error)
        return Error{
            .code = ErrorCode::unreadable, .message = "was not made: " + error.message(), .where = locks.string()};
    const auto lock = locks / (file.digest + ".lock");
    writer.lock_ = std::make_unique<Descriptor>(::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (writer.lock_->number() < 0)
        return Error{.code = ErrorCode::unreadable,
                     .message = std::string("was not opened: ") + std::strerror(errno),
                     .where = lock.string()};
    // Some network file systems have no locks; there the digest alone has to do.
    if (flock(writer.lock_->number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return Error{.code = ErrorCode::unreadable,
                     .message = "is being downloaded by another program; wait until it has finished",
                     .where = file.name};
    writer.out_ =
        std::make_unique<Descriptor>(::open(writer.partial_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    if (writer.out_->number() < 0) return writer.failed(errno);
    const off_t size = lseek(writer.out_->number(), 0, SEEK_END);
    if (size < 0) return writer.failed(errno);
    writer.size_ = size;
    writer.digest_ = writer.emptyDigest();
    if (size > file.bytes)
        if (auto status = writer.restart(); !status) return std::move(status).error();
    return writer;
}

Digest BlobWriter::emptyDigest() const {
    return file_.digest.size() == 64 ? Digest::sha256() : Digest::gitBlob(file_.bytes);
}

Error BlobWriter::failed(int error) const {
    return {.code = ErrorCode::unreadable,
            .message = std::string("was not written: ") + std::strerror(error),
            .where = partial_.string()};
}

Status BlobWriter::readBack(std::stop_token stop) {
    std::vector<std::byte> piece(kPiece);
    for (std::int64_t at = 0; at < size_;) {
        if (stop.stop_requested()) return Error{.code = ErrorCode::cancelled, .message = "interrupted"};
        const auto n = pread(out_->number(), piece.data(), piece.size(), at);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return failed(n < 0 ? errno : EIO);
        digest_->add(std::span(piece).first(static_cast<std::size_t>(n)));
        at += n;
    }
    return Done{};
}

Status BlobWriter::append(std::span<const std::byte> bytes) {
    digest_->add(bytes);
    while (!bytes.empty()) {
        const auto n = write(out_->number(), bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return failed(errno);
        size_ += n;
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return Done{};
}

Status BlobWriter::restart() {
    if (ftruncate(out_->number(), 0) != 0) return failed(errno);
    size_ = 0;
    digest_ = emptyDigest();
    return Done{};
}

Status BlobWriter::finish() {
    if (digest_->hex() != file_.digest) {
        unlink(partial_.c_str());
        return Error{.code = ErrorCode::corrupt,
                     .message = std::string("what was fetched is not what the hub lists: its ") +
                                (file_.digest.size() == 64 ? "SHA-256" : "SHA-1") +
                                " is another. It was deleted; download again",
                     .where = file_.name};
    }
    if (fsync(out_->number()) != 0 || rename(partial_.c_str(), blob_.c_str()) != 0) return failed(errno);
    return Done{};
}

}  // namespace mantissa
