#pragma once

#include <vector>

#include "formats/format_entry.h"
#include "formats/formats_look.h"

namespace mantissa::ui {

/// The error of an entry as a positive number; NaN where there is nothing to put on a scale (exact, undefined).
double errorSize(const FormatEntry& entry, ErrorKind kind);
QString errorText(const FormatEntry& entry, ErrorKind kind);

/// Room that a mark of the scale needs for its label, px.
inline constexpr int kMarkSpacing = 28;

/// A logarithmic scale for errors: from 10^low to 10^high.
struct ErrorScale {
    int low = -17;
    int high = 0;

    /// Fixed for relative errors and ULPs, so that values can be compared; for absolute ones around what there is.
    static ErrorScale of(ErrorKind kind, const std::vector<const FormatEntry*>& entries);
    /// 0 at the low end, 1 at the high one, cut to both.
    double placeOf(double error) const;
    /// Exponents of the marks, at most `most` of them.
    std::vector<int> marks(int most) const;
};

}  // namespace mantissa::ui
