#include "formats/format_entry.h"

#include <QObject>
#include <cmath>

#include "number_text.h"
#include "numerics/rounding_interval.h"
#include "numerics/stated_limits.h"
#include "theme/format_look.h"

namespace mantissa::ui {
namespace {

constexpr int kAllDigits = 2000;  // FP64's longest value has 1075 digits

QString trueMinus(QString text) { return text.replace('-', QChar(0x2212)); }

QString signedText(double value, const QString& text) { return value > 0 ? '+' + text : text; }

/// The text cut to `length`, a dot of ellipsis at its end, an exponent kept.
QString cut(const QString& text, int length) {
    if (text.size() <= length) return text;
    const auto e = text.indexOf('e');
    const QString exponent = e < 0 ? QString() : text.mid(e);
    return text.left(length - exponent.size() - 1) + QStringLiteral("…") + exponent;
}

/// "from 65520 on it becomes", "below −464 it becomes", "above 464 it can become" for stochastic rounding: where
/// numbers begin that go elsewhere than to `code`, away from 0.
QString beyondText(const FormatEntry& entry, std::uint64_t code) {
    const RoundingInterval interval = roundingInterval(entry.format, code, entry.rounding);
    const bool negative = std::signbit(entry.stored.value);
    const bool random = entry.rounding.rounding == Rounding::stochastic;
    const double end = random ? decode(entry.format, code) : negative ? interval.low : interval.high;
    const bool included = random || (negative ? interval.lowIncluded : interval.highIncluded);
    if (!std::isfinite(end))
        return QObject::tr("half a step beyond %1 it becomes").arg(compactText(decode(entry.format, code)));
    const QString text = !included  ? QObject::tr("from %1 on it").arg(compactText(end))
                         : negative ? QObject::tr("below %1 it").arg(compactText(end))
                                    : QObject::tr("above %1 it").arg(compactText(end));
    return random ? QObject::tr("%1 can become").arg(text) : QObject::tr("%1 becomes").arg(text);
}

/// "below 0.5 it becomes", "up to 0.5 it becomes", "above −1 it can become": what goes to 0.
QString towardsZeroText(const FormatEntry& entry, bool negative) {
    const RoundingInterval interval = roundingInterval(entry.format, entry.stored.code, entry.rounding);
    const double end = negative ? interval.low : interval.high;
    const bool included = negative ? interval.lowIncluded : interval.highIncluded;
    if (end == 0)  // a tie of FP64 itself
        return QObject::tr("up to half of %1 it becomes").arg(compactText(limits(entry.format).minSubnormal));
    const QString text = included   ? negative ? QObject::tr("down to %1 it") : QObject::tr("up to %1 it")
                           : negative ? QObject::tr("above %1 it")
                                    : QObject::tr("below %1 it");
    const QString placed = text.arg(compactText(end));
    return entry.rounding.rounding == Rounding::stochastic ? QObject::tr("%1 can become").arg(placed)
                                                           : QObject::tr("%1 becomes").arg(placed);
}

/// Whether a value is beyond what the entry's codes reach, on the side of the stored one.
bool isBeyond(const FormatEntry& entry, double value) {
    const Format& f = entry.format;
    const StoredValue& stored = entry.stored;
    if (std::isinf(value)) return true;
    if (f.kind != FormatKind::integer) return stored.value < 0 ? value < stored.value : value > stored.value;
    // With a zero point both ends may lie on one side of 0.
    return (nextUp(f, stored.code) == stored.code && value > stored.value) ||
           (nextDown(f, stored.code) == stored.code && value < stored.value);
}

/// rowNote where codes have a scale and what is stored is a number.
QString scaledNote(const FormatEntry& entry) {
    const Affine& affine = *entry.affine;
    const QString scale = compactText(static_cast<double>(affine.scale), 4);
    if (entry.outcome == Outcome::clipped) {
        const StatedLimits l = statedLimits(entry.format);
        return QObject::tr("beyond %1 to %2, so the end of it")
            .arg(compactText(codeValue(entry, encode(entry.format, l.lowest)), 4),
                 compactText(codeValue(entry, encode(entry.format, l.max)), 4));
    }
    if (entry.outcome == Outcome::toZero) return QObject::tr("less than a step of %1, so 0").arg(scale);
    const QString code = exactText(decode(entry.format, entry.stored.code));
    if (affine.zeroPoint == 0) return QStringLiteral("%1 × %2").arg(code, scale);
    return QStringLiteral("(%1 %2 %3) × %4")
        .arg(code, affine.zeroPoint < 0 ? QStringLiteral("+") : QStringLiteral("−"),
             QString::number(std::abs(affine.zeroPoint)), scale);
}

/// The code of the largest finite value of a sign.
std::uint64_t largestCode(const Format& f, bool negative) {
    return encode(f, negative ? -limits(f).max : limits(f).max, {.overflow = Overflow::saturate});
}

}  // namespace

double codeValue(const FormatEntry& entry, std::uint64_t code) {
    return entry.affine ? static_cast<double>(affineValue(entry.format, code, *entry.affine))
                        : decode(entry.format, code);
}

double stepOf(const FormatEntry& entry) {
    return entry.affine ? static_cast<double>(entry.affine->scale) : ulp(entry.format, entry.stored.value);
}

Outcome outcomeOf(const FormatEntry& entry, const TypedValue& typed) {
    const Format& f = entry.format;
    const StoredValue& stored = entry.stored;
    const double value = typed.nearestDouble();
    if (stored.exact) return Outcome::exact;
    if (std::isnan(value)) return Outcome::noNan;
    if (std::isnan(stored.value)) {
        if (f.signBits == 1) return Outcome::toNan;
        return std::signbit(value) ? Outcome::noSign : value == 0 ? Outcome::noZero : Outcome::toNan;
    }
    if (std::isinf(stored.value)) return Outcome::toInfinity;
    if (stored.value == 0 && stored.error == 0) return Outcome::noMinusZero;
    const FormatLimits l = limits(f);
    const bool atEnd = f.kind == FormatKind::integer
                           ? nextUp(f, stored.code) == stored.code || nextDown(f, stored.code) == stored.code
                           : std::abs(stored.value) == l.max;
    // Within half a unit of the largest value it is rounding like everywhere else.
    const double lastStep = entry.affine ? stepOf(entry) : ulp(f, l.max);
    if (atEnd && isBeyond(entry, value) && !(std::abs(stored.error) <= lastStep / 2)) return Outcome::clipped;
    // An unsigned integer ends at 0 as well: what is below is clipped, what is above underflows.
    if (stored.value == 0 && f.signBits == 0 && value < 0) return Outcome::clipped;
    return stored.value == 0 ? Outcome::toZero : Outcome::rounded;
}

bool isLoss(Outcome outcome) { return outcome != Outcome::exact && outcome != Outcome::rounded; }

BitFields fieldsOf(const Format& f, std::uint64_t code) {
    const auto mask = [](int bits) { return (std::uint64_t{1} << bits) - 1; };
    return {.negative = f.signBits == 1 && ((code >> (f.bits() - 1)) & 1) != 0,
            .exponent = (code >> f.fractionBits) & mask(f.exponentBits),
            .fraction = code & mask(f.fractionBits)};
}

QString entryTitle(const FormatEntry& entry) {
    const QString title = QString::fromStdString(entry.format.title);
    return entry.key == "custom" ? QObject::tr("Custom %1").arg(title) : title;
}

QString shortEntryTitle(const FormatEntry& entry) { return shortTitle(entry.format); }

QString classWords(const Format& f, std::uint64_t code) {
    switch (classify(f, code)) {
        case NumberClass::zero:
            return fieldsOf(f, code).negative ? QObject::tr("Negative zero") : QObject::tr("Zero");
        case NumberClass::subnormal:
            return QObject::tr("Subnormal number");
        case NumberClass::normal:
            return f.kind == FormatKind::integer ? QObject::tr("Integer") : QObject::tr("Normal number");
        case NumberClass::infinity:
            return fieldsOf(f, code).negative ? QObject::tr("Negative infinity") : QObject::tr("Infinity");
        case NumberClass::nan: {
            if (f.specials != Specials::ieee) return QObject::tr("NaN, the only kind there is");
            // IEEE 754-2019 clause 6.2.1: the first fraction bit tells a quiet NaN.
            const bool quiet = ((code >> (f.fractionBits - 1)) & 1) != 0;
            return quiet ? QObject::tr("Quiet NaN (qNaN)") : QObject::tr("Signalling NaN (sNaN)");
        }
    }
    return {};
}

QString outcomeWord(Outcome outcome) {
    switch (outcome) {
        case Outcome::exact:
        case Outcome::rounded:
            return {};
        case Outcome::toInfinity:
        case Outcome::toNan:
            return QObject::tr("overflow");
        case Outcome::clipped:
            return QObject::tr("clipped");
        case Outcome::toZero:
            return QObject::tr("underflow");
        case Outcome::noNan:
            return QObject::tr("no NaN");
        case Outcome::noMinusZero:
            return QObject::tr("no −0");
        case Outcome::noSign:
            return QObject::tr("no sign");
        case Outcome::noZero:
            return QObject::tr("no zero");
    }
    return {};
}

QString rowNote(const FormatEntry& entry) {
    const Format& f = entry.format;
    const FormatLimits l = limits(f);
    const QString max = compactText(l.max);
    const bool negative = std::signbit(entry.stored.value);
    if (entry.affine && entry.outcome != Outcome::noNan && entry.outcome != Outcome::noMinusZero)
        return scaledNote(entry);
    switch (entry.outcome) {
        case Outcome::toInfinity:
            return QObject::tr("%1 infinity (%2 if saturating)")
                .arg(beyondText(entry, largestCode(f, negative)), compactText(negative ? -l.max : l.max));
        case Outcome::toNan:
            return QObject::tr("%1 NaN, for there is no infinity (%2 if saturating)")
                .arg(beyondText(entry, largestCode(f, negative)), compactText(negative ? -l.max : l.max));
        case Outcome::clipped:
            return f.kind == FormatKind::integer ? QObject::tr("beyond the range, so the end of it")
                                                 : QObject::tr("beyond the largest value, %1, so that value").arg(max);
        case Outcome::toZero:
            // The sign of what is stored is that of what was typed, except for integers' one zero.
            return QObject::tr("%1 0").arg(towardsZeroText(entry, entry.stored.error > 0));
        case Outcome::noNan:
            return QObject::tr("no NaN here, so 0");
        case Outcome::noMinusZero:
            return QObject::tr("no −0 here, so 0");
        case Outcome::noSign:
            return QObject::tr("no sign here, so NaN");
        case Outcome::noZero:
            return QObject::tr("no zero here, so NaN");
        case Outcome::exact:
        case Outcome::rounded:
            break;
    }
    if (classify(f, entry.stored.code) == NumberClass::subnormal)
        return QObject::tr("subnormal: below %1, the smallest normal number").arg(compactText(l.minNormal));
    if (f.kind == FormatKind::integer)
        return f.signBits ? QObject::tr("two's complement, step 1, no exponent") : QObject::tr("unsigned, step 1");
    if (f.name == "tf32") return QObject::tr("a GPU matrix mode: 19 bits, shown here, of 32 stored");
    if (f.name == "e8m0") return QObject::tr("a scale: powers of two only");
    return {};
}

QString exactText(double value, int length) {
    if (std::isnan(value)) return QStringLiteral("NaN");
    if (std::isinf(value)) return value > 0 ? QStringLiteral("∞") : QStringLiteral("−∞");
    const double size = std::abs(value);
    const bool plain = value == 0 || (size >= 1e-4 && size < 1e15);
    return trueMinus(cut(QString::fromStdString(exactDecimalText(value, plain ? kAllDigits : length)), length));
}

QString exactText(double value) {
    if (!std::isfinite(value)) return exactText(value, 8);
    return trueMinus(QString::fromStdString(exactDecimalText(value)));
}

QString hexText(const Format& f, std::uint64_t code) {
    return QStringLiteral("0x") + QString::fromStdString(codeText(f, code)).toUpper();
}

QString relativeErrorText(const StoredValue& stored) {
    if (stored.exact && !std::isnan(stored.value)) return QObject::tr("exact");
    if (!std::isfinite(stored.relativeError)) return QStringLiteral("—");
    if (stored.relativeError == 0) return QStringLiteral("0");
    if (std::abs(stored.relativeError) >= 0.01)
        return signedText(stored.relativeError,
                          fixedText(100 * stored.relativeError, std::abs(stored.relativeError) >= 0.9995 ? 0 : 2)) +
               QStringLiteral(" %");
    return signedText(stored.relativeError, scientificText(stored.relativeError));
}

QString absoluteErrorText(const StoredValue& stored) {
    if (stored.exact && !std::isnan(stored.value)) return QObject::tr("exact");
    if (!std::isfinite(stored.error)) return QStringLiteral("—");
    return signedText(stored.error, valueText(stored.error));
}

QString ulpText(const StoredValue& stored) {
    if (stored.exact && !std::isnan(stored.value)) return QObject::tr("exact");
    if (!std::isfinite(stored.ulps)) return QStringLiteral("—");
    if (stored.ulps != 0 && stored.ulps < 0.001) return scientificText(stored.ulps);
    return stored.ulps < 1e6 ? compactText(stored.ulps, 3) : scientificText(stored.ulps);
}

QString powerOfTwoText(double value) {
    int exponent = 0;
    if (!std::isfinite(value) || std::frexp(value, &exponent) != 0.5) return {};
    return QStringLiteral("2") + superscriptText(exponent - 1);
}

}  // namespace mantissa::ui
