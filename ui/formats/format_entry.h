#pragma once

#include <QString>
#include <optional>
#include <string>

#include "numerics/affine.h"
#include "numerics/format.h"
#include "numerics/rounding.h"
#include "numerics/value_text.h"

namespace mantissa::ui {

/// What becomes of a value in a format.
enum class Outcome {
    exact,
    rounded,
    toInfinity,   ///< overflowed
    toNan,        ///< overflowed, and the format has no infinity
    clipped,      ///< overflowed to the largest finite value
    toZero,       ///< underflowed
    noNan,        ///< NaN where the format has none
    noMinusZero,  ///< −0 where the format has none
    noSign,       ///< a negative value where the format has no sign and makes it NaN: E8M0
    noZero,       ///< 0 where the format has none: E8M0
};

/// A value in one format.
struct FormatEntry {
    std::string key;
    Format format;
    StoredValue stored;
    Outcome outcome = Outcome::exact;
    RoundOptions rounding;  ///< by which the value was stored
    std::optional<Affine> affine = std::nullopt;  ///< by which codes are read, where they have a scale
};

/// What a code of the entry's format stands for.
double codeValue(const FormatEntry& entry, std::uint64_t code);
/// One unit in the last place at the stored value: of codes with a scale, that scale.
double stepOf(const FormatEntry& entry);

/// From format, stored value and scale of the entry.
Outcome outcomeOf(const FormatEntry& entry, const TypedValue& typed);
/// Whether the outcome is said in the error colour: the value is lost, not merely rounded.
bool isLoss(Outcome outcome);

/// The fields of a code.
struct BitFields {
    bool negative = false;
    std::uint64_t exponent = 0, fraction = 0;  ///< of integers: fraction holds the value bits
};
BitFields fieldsOf(const Format& format, std::uint64_t code);

/// "BF16", "Custom e6m9".
QString entryTitle(const FormatEntry& entry);
QString shortEntryTitle(const FormatEntry& entry);

/// "Normal number", "Subnormal number", "Infinity", "Quiet NaN" …
QString classWords(const Format& format, std::uint64_t code);
/// One word for the table: "overflow", "clipped", "underflow" …; empty for what is exact or rounded.
QString outcomeWord(Outcome outcome);
/// Why, in one line: "above 464 it becomes NaN, for there is no infinity (448 if saturating)"; else what is special
/// about the format or the stored number; empty where nothing is.
QString rowNote(const FormatEntry& entry);

/// A stored value exactly, in at most `length` characters: digits that do not fit become "…". A true minus, "NaN" and
/// "∞" as words.
QString exactText(double value, int length);
/// Every digit.
QString exactText(double value);
/// "0x3DCD".
QString hexText(const Format& format, std::uint64_t code);
/// An error with its sign: "+9.8×10⁻⁴", "−6.25 %", "exact", "—".
QString relativeErrorText(const StoredValue& stored);
QString absoluteErrorText(const StoredValue& stored);
/// "0.2", "exact", "—".
QString ulpText(const StoredValue& stored);
/// A power of two where it is one: "2⁻¹¹"; else empty.
QString powerOfTwoText(double value);

}  // namespace mantissa::ui
