#pragma once

#include <QString>
#include <cstdint>

namespace mantissa::ui {

/// Numbers as the design writes them (section 2): true minus, thin spaces between thousands, a×10ⁿ below 10⁻³, "—"
/// where undefined, "NaN" and "∞" as words.

/// Thousands apart: "25 578" with narrow no-break spaces; below 10 000 without ("1920").
QString groupedText(std::int64_t value);

/// Fixed decimals, thousands grouped; "—" for NaN, "∞" for infinities.
QString fixedText(double value, int decimals);

/// a×10ⁿ with `digits` significant digits: "1.1×10⁻³".
QString scientificText(double value, int digits = 2);

/// A logit, probability or difference: 4 decimals below 1 and 4 at most above, a×10ⁿ where |value| < 10⁻³, "0" for
/// zero.
QString valueText(double value);

/// An error: as valueText, "exact" for 0.
QString errorText(double value);

/// For axes and entry fields: shortest text with `digits` significant digits and a true minus; "1e−8" style exponents.
QString compactText(double value, int digits = 6);

/// Superscript digits: "⁻¹²".
QString superscriptText(int value);

/// Times: "41.8 ms" without the unit; three significant digits, whole and grouped from 1000.
QString millisecondsText(double ms);

/// A unit in which `largest` bytes read well: MB = 10⁶ bytes, kB = 1000 bytes, GB = 10⁹.
struct ByteUnit {
    double bytes = 1e6;
    QString name;        ///< "MB"
    QString definition;  ///< "1 MB = 10⁶ bytes"
};
ByteUnit byteUnitFor(std::int64_t largest);

/// In that unit: "22.36", without its name. kB take one decimal, others two.
QString bytesText(std::int64_t bytes, const ByteUnit& unit);

/// With the unit that suits it: "22.36 MB".
QString bytesText(std::int64_t bytes);

/// "5.58 million", or grouped below a million.
QString countText(std::int64_t count);

/// "1 thread", "8 threads".
QString threadsText(int threads);

/// Long text cut in the middle at `length` characters.
QString elidedMiddle(const QString& text, int length);

}  // namespace mantissa::ui
