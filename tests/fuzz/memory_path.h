#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace mantissa::fuzz {

/// A file in memory with these bytes, for readers that take a path.
class MemoryPath {
  public:
    MemoryPath(const std::uint8_t* bytes, std::size_t size) : file_(memfd_create("fuzz", MFD_CLOEXEC)) {
        if (file_ < 0 || write(file_, bytes, size) != static_cast<ssize_t>(size)) std::abort();
    }
    ~MemoryPath() { close(file_); }
    MemoryPath(const MemoryPath&) = delete;
    MemoryPath& operator=(const MemoryPath&) = delete;

    std::filesystem::path path() const { return "/proc/self/fd/" + std::to_string(file_); }

  private:
    int file_;
};

}  // namespace mantissa::fuzz
