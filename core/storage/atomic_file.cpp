#include "storage/atomic_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

namespace mantissa {
namespace {

Error notWritten(const std::filesystem::path& path, int error) {
    return {.code = ErrorCode::unreadable,
            .message = std::string("was not written: ") + std::strerror(error),
            .where = path.string()};
}

/// A name in the same folder (rename must not cross file systems) with the same extension (libraries go by it).
std::filesystem::path temporaryBeside(const std::filesystem::path& path) {
    static std::atomic<unsigned> counter{0};
    auto name = "." + path.stem().string() + "." + std::to_string(getpid()) + "-" + std::to_string(counter++) + ".part" +
                path.extension().string();
    return path.parent_path() / name;
}

Status writeAll(const std::filesystem::path& path, std::string_view bytes) {
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) return notWritten(path, errno);
    std::size_t written = 0;
    int error = 0;
    while (written < bytes.size() && error == 0) {
        const auto n = write(file, bytes.data() + written, bytes.size() - written);
        if (n >= 0)
            written += static_cast<std::size_t>(n);
        else if (errno != EINTR)
            error = errno;
    }
    if (close(file) != 0 && error == 0) error = errno;
    if (error != 0) return notWritten(path, error);
    return Done{};
}

int flushToDisk(const std::filesystem::path& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno;
    const int error = fsync(file) == 0 ? 0 : errno;
    close(file);
    return error;
}

}  // namespace

Status writeFileAtomically(const std::filesystem::path& path,
                           const std::function<Status(const std::filesystem::path& temporary)>& write) {
    std::error_code ignored;  // the answer of is_directory is all that matters: what cannot be examined cannot be written either
    if (std::filesystem::is_directory(path, ignored))
        return Error{.code = ErrorCode::unreadable, .message = "is a folder; name a file to write to", .where = path.string()};
    const auto temporary = temporaryBeside(path);
    Status status = write(temporary);
    if (status) {
        int error = flushToDisk(temporary);
        if (error == 0 && rename(temporary.c_str(), path.c_str()) != 0) error = errno;
        if (error != 0) status = notWritten(path, error);
    }
    if (!status) {
        std::filesystem::remove(temporary, ignored);
        status.error().where = path.string();  // the temporary name would mean nothing to the user
    }
    return status;
}

Status writeFileAtomically(const std::filesystem::path& path, std::string_view bytes) {
    return writeFileAtomically(path, [bytes](const std::filesystem::path& temporary) { return writeAll(temporary, bytes); });
}

}  // namespace mantissa
