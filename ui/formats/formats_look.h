#pragma once

#include <optional>

namespace mantissa::ui {

/// Which error the table shows.
enum class ErrorKind { relative, absolute, ulps };

/// What the card of representable values shows, in the order of its switch.
enum class ValuesView {
    near,    ///< around the value, linear scale
    range,   ///< from the smallest to the largest value of each format, log scale
    codes,   ///< every code of a format of 8 bits or less, by binade
    scaled,  ///< the codes of INT8 around the value, with its scale and zero point
};

/// The part of the chart's axis that is seen once the user has zoomed or panned, in units of that axis: distances from
/// the value, or exponents of 10.
struct ZoomRange {
    double low = 0, high = 0;
    bool operator==(const ZoomRange&) const = default;
};

/// How the Formats page shows its value. It belongs to the page's text but not to its undo stack.
struct FormatsLook {
    ErrorKind errors = ErrorKind::relative;
    ValuesView values = ValuesView::near;
    std::optional<ZoomRange> zoom;  ///< none: what the chart chooses
    bool operator==(const FormatsLook&) const = default;
};

}  // namespace mantissa::ui
