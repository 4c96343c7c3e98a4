#include "storage/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

namespace mantissa {

Result<MappedFile> MappedFile::open(const std::filesystem::path& path) {
    const auto failed = [&path](std::string why) {
        return Error{.code = ErrorCode::unreadable, .message = std::move(why), .where = path.string()};
    };
    // Without O_NONBLOCK a named pipe would be waited for; regular files do not know the flag.
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return failed(std::string("was not opened: ") + std::strerror(errno));
    struct stat info {};
    if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
        const bool folder = S_ISDIR(info.st_mode);
        close(file);
        return failed(folder ? "is a folder, not a file" : "is not a regular file");
    }
    MappedFile mapped;
    const auto size = static_cast<std::size_t>(info.st_size);
    if (size == 0) {  // mmap refuses nothing to map; an empty file is for its reader to judge
        close(file);
        mapped.mapping_ = std::make_shared<int>(0);
        return mapped;
    }
    void* address = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0);
    const int error = errno;
    close(file);
    if (address == MAP_FAILED) return failed(std::string("was not read: ") + std::strerror(error));
    mapped.mapping_ = std::shared_ptr<const void>(address, [size](const void* p) { munmap(const_cast<void*>(p), size); });
    mapped.bytes_ = {static_cast<const std::byte*>(address), size};
    return mapped;
}

void MappedFile::release(std::span<const std::byte> part) {
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto begin = (reinterpret_cast<std::uintptr_t>(part.data()) + page - 1) / page * page;
    const auto end = reinterpret_cast<std::uintptr_t>(part.data() + part.size()) / page * page;
    // A hint: where the system does not take it, the pages stay.
    if (end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace mantissa
