#include <cstddef>
#include <cstdint>
#include <span>

#include "storage/pickle.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const auto pickle = mantissa::readPickle(std::as_bytes(std::span(bytes, size)), "fuzz");
    // Every index must lead to a value.
    std::size_t reached = 0;
    if (pickle) {
        for (const auto& value : pickle->values)
            for (const auto item : value.items) reached += pickle->values.at(item).items.size();
        reached += pickle->at(pickle->root).items.size();
    }
    volatile std::size_t sum = reached;
    static_cast<void>(sum);
    return 0;
}
