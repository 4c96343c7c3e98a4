#include "graph/checkpoint_shapes.h"

namespace mantissa {

std::int64_t dimension(const Checkpoint& checkpoint, const std::string& tensor, std::size_t index) {
    const TensorRecord* found = checkpoint.find(tensor);
    return found && index < found->shape.size() ? found->shape[index] : 0;
}

std::int64_t countFromZero(const Checkpoint& checkpoint, const std::string& prefix, const std::string& suffix) {
    std::int64_t count = 0;
    while (checkpoint.find(prefix + std::to_string(count) + suffix)) ++count;
    return count;
}

Status checkSizes(const Checkpoint& checkpoint, const std::string& tensor, std::initializer_list<std::int64_t> sizes) {
    constexpr std::int64_t kMost = 1 << 16;  // far above any real network; beyond it products would overflow
    for (const std::int64_t size : sizes)
        if (size < 1 || size > kMost)
            return Error{.code = ErrorCode::unsupported,
                         .message = "has no shape that its architecture can have",
                         .where = checkpoint.path.string() + ": tensor " + tensor};
    return Done{};
}

}  // namespace mantissa
