#include "numerics/products.h"

#include <cstdlib>

#include "numerics/fast_addition.h"

namespace mantissa {

void roundedProducts(const Format& format, std::span<const float> a, std::span<const float> b, std::span<double> out) {
    if (a.size() != b.size() || a.size() != out.size()) std::abort();
    const auto each = [&](const auto& rounded) {
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = rounded(static_cast<double>(a[i]) * static_cast<double>(b[i]));
    };
    // No two FP32 numbers have a product with more bits than FP64 or beyond its range.
    if (detail::isBinary64(format)) return each([](double product) { return product; });
    if (detail::isBinary32(format))
        return each([](double product) { return static_cast<double>(static_cast<float>(product)); });
    if (detail::BitwiseAddition::covers(format)) {
        const detail::BitwiseAddition bitwise(format);
        return each([&](double product) { return bitwise.rounded(product); });
    }
    each([&](double product) { return roundTo(format, product); });
}

}  // namespace mantissa
