#include "formats/error_scale.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mantissa::ui {

double errorSize(const FormatEntry& entry, ErrorKind kind) {
    const StoredValue& stored = entry.stored;
    const double error = kind == ErrorKind::relative   ? stored.relativeError
                         : kind == ErrorKind::absolute ? stored.error
                                                       : stored.ulps;
    if (stored.exact || !std::isfinite(error) || error == 0) return std::numeric_limits<double>::quiet_NaN();
    return std::abs(error);
}

QString errorText(const FormatEntry& entry, ErrorKind kind) {
    switch (kind) {
        case ErrorKind::relative:
            return relativeErrorText(entry.stored);
        case ErrorKind::absolute:
            return absoluteErrorText(entry.stored);
        case ErrorKind::ulps:
            return ulpText(entry.stored);
    }
    return {};
}

ErrorScale ErrorScale::of(ErrorKind kind, const std::vector<const FormatEntry*>& entries) {
    if (kind == ErrorKind::relative) return {.low = -17, .high = 0};
    if (kind == ErrorKind::ulps) return {.low = -3, .high = 0};
    double least = std::numeric_limits<double>::infinity(), most = 0;
    for (const auto* entry : entries) {
        const double size = errorSize(*entry, kind);
        if (std::isnan(size)) continue;
        least = std::min(least, size);
        most = std::max(most, size);
    }
    if (most == 0) return {.low = -17, .high = 0};
    const int high = static_cast<int>(std::ceil(std::log10(most)));
    return {.low = std::min(static_cast<int>(std::floor(std::log10(least))), high - 1), .high = high};
}

double ErrorScale::placeOf(double error) const {
    return std::clamp((std::log10(error) - low) / (high - low), 0.0, 1.0);
}

std::vector<int> ErrorScale::marks(int most) const {
    int step = 1;
    for (const int next : {2, 4, 5, 10, 20, 50, 100, 200}) {
        if ((high - low) / step + 1 <= most) break;
        step = next;
    }
    std::vector<int> marks;
    for (int exponent = high; exponent >= low; exponent -= step) marks.insert(marks.begin(), exponent);
    return marks;
}

}  // namespace mantissa::ui
