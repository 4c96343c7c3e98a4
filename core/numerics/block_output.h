#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// Private to numerics: how results leave the first-level cache.

namespace mantissa {

/// Whether results go to memory past the caches: a store that does not first read the line it overwrites saves a third
/// of the traffic, and arrays of this size are gone from the caches before anyone reads them.
enum class Stores { cached, streaming };

inline Stores storesFor(std::size_t bytes) {
    constexpr std::size_t kBeyondCache = std::size_t{16} << 20;
    return bytes >= kBeyondCache ? Stores::streaming : Stores::cached;
}

/// Copies a block that lies in the first-level cache to its place in the result.
inline void storeBlock(const void* block, void* out, std::size_t bytes, Stores stores) {
#if defined(__SSE2__)
    if (stores == Stores::streaming) {
        const auto* from = static_cast<const char*>(block);
        auto* to = static_cast<char*>(out);
        constexpr std::size_t kVector = sizeof(__m128i);
        const std::size_t head = std::min(bytes, (kVector - reinterpret_cast<std::uintptr_t>(to) % kVector) % kVector);
        std::memcpy(to, from, head);
        std::size_t at = head;
        for (; at + kVector <= bytes; at += kVector)
            _mm_stream_si128(reinterpret_cast<__m128i*>(to + at),
                             _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at)));
        std::memcpy(to + at, from + at, bytes - at);
        return;
    }
#endif
    std::memcpy(out, block, bytes);
}

/// Streaming stores become visible to other threads only after this.
inline void finishStores(Stores stores) {
#if defined(__SSE2__)
    if (stores == Stores::streaming) _mm_sfence();
#endif
}

}  // namespace mantissa
