#include "run/memory_limit.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <fstream>
#include <limits>
#include <sstream>
#include <string>

namespace mantissa {
namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();
thread_local std::int64_t limit = kUnlimited;

/// LibTorch's own allocator, asked only for what the thread's limit allows.
class LimitedAllocator final : public c10::Allocator {
  public:
    explicit LimitedAllocator(c10::Allocator* own) : own_(own) {}

    c10::DataPtr allocate(std::size_t bytes) override {
        TORCH_CHECK(bytes <= static_cast<std::uint64_t>(limit), "a tensor of ", bytes / 1'000'000,
                    " MB is more than the ", limit / 1'000'000, " MB that a model may use here");
        return own_->allocate(bytes);
    }
    c10::DeleterFnPtr raw_deleter() const override { return own_->raw_deleter(); }
    void copy_data(void* destination, const void* source, std::size_t bytes) const override {
        own_->copy_data(destination, source, bytes);
    }

  private:
    c10::Allocator* own_;
};

void install() {
    // Handed over for good: LibTorch keeps the pointer until the process ends.
    [[maybe_unused]] static const bool once =
        (c10::SetCPUAllocator(new LimitedAllocator(c10::GetCPUAllocator())), true);
}

}  // namespace

std::int64_t activationBudget() {
    std::ifstream info("/proc/meminfo");
    for (std::string line; std::getline(info, line);)
        if (line.starts_with("MemAvailable:")) {
            std::istringstream fields(line.substr(line.find(':') + 1));
            std::int64_t kibibytes = 0;
            if (fields >> kibibytes) return kibibytes * 1024 / 2;
        }
    return std::int64_t{4} << 30;
}

TensorSizeLimit::TensorSizeLimit(std::int64_t bytes) : before_(limit) {
    install();
    limit = bytes;
}

TensorSizeLimit::~TensorSizeLimit() { limit = before_; }

}  // namespace mantissa
