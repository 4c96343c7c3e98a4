#include "formats/bit_words.h"

#include <QObject>
#include <cmath>

#include "number_text.h"

namespace mantissa::ui {
namespace {

const QString kMinus = QStringLiteral("−");

QString numberText(std::uint64_t value) { return QString::number(value); }

QString integerText(int value) { return value < 0 ? kMinus + QString::number(-value) : QString::number(value); }

bool isFinite(const Format& f, std::uint64_t code) { return std::isfinite(decode(f, code)); }

/// The exponent of the significand's first bit, as a power of two.
int exponentOf(const Format& f, std::uint64_t code) {
    const auto field = static_cast<int>(fieldsOf(f, code).exponent);
    return (field == 0 && f.signBits == 1 ? 1 : field) - f.bias;
}

/// Whether the significand begins with 1.
bool hasLeadingOne(const Format& f, std::uint64_t code) { return fieldsOf(f, code).exponent != 0 || f.signBits == 0; }

/// Whether exponent field 0 makes it 0, whatever the fraction says.
bool isZeroByField(const Format& f, std::uint64_t code) {
    return f.kind == FormatKind::floating && !f.subnormals && !hasLeadingOne(f, code);
}

QString powerOfTwo(int exponent) { return QStringLiteral("2") + superscriptText(exponent); }

QString fractionBits(const Format& f, std::uint64_t fraction) {
    QString text;
    for (int bit = f.fractionBits - 1; bit >= 0; --bit) text += ((fraction >> bit) & 1) != 0 ? '1' : '0';
    return text.isEmpty() ? QStringLiteral("0") : text;
}

}  // namespace

QString signWords(const Format& f, std::uint64_t code) {
    if (f.signBits == 0) return QObject::tr("none");
    return fieldsOf(f, code).negative ? kMinus : QStringLiteral("+");
}

QString exponentWords(const Format& f, std::uint64_t code) {
    const BitFields fields = fieldsOf(f, code);
    const std::uint64_t top = (std::uint64_t{1} << f.exponentBits) - 1;
    if (f.specials == Specials::ieee && fields.exponent == top)
        return fields.fraction == 0 ? QObject::tr("all 1: infinity") : QObject::tr("all 1, fraction not 0: NaN");
    if (!isFinite(f, code)) return QObject::tr("%1: NaN").arg(numberText(fields.exponent));
    if (!hasLeadingOne(f, code))
        return f.subnormals ? QObject::tr("0 means 1 − %1 = %2").arg(integerText(f.bias), integerText(1 - f.bias))
                            : QObject::tr("0 means zero");
    return QObject::tr("%1 − %2 = %3")
        .arg(numberText(fields.exponent), integerText(f.bias), integerText(exponentOf(f, code)));
}

QString fractionWords(const Format& f, std::uint64_t code) {
    const std::uint64_t fraction = fieldsOf(f, code).fraction;
    if (f.kind == FormatKind::integer) return numberText(fraction);
    return QStringLiteral("%1 / %2").arg(numberText(fraction), numberText(std::uint64_t{1} << f.fractionBits));
}

QString binaryFormula(const Format& f, std::uint64_t code) {
    const BitFields fields = fieldsOf(f, code);
    if (f.kind == FormatKind::integer) {
        if (f.signBits == 0) return QObject::tr("%1, no sign").arg(numberText(fields.fraction));
        return fields.negative
                   ? QStringLiteral("−2%1 + %2 = %3")
                         .arg(superscriptText(f.fractionBits), numberText(fields.fraction), exactText(decode(f, code)))
                   : QStringLiteral("0 × (−2%1) + %2 = %3")
                         .arg(superscriptText(f.fractionBits), numberText(fields.fraction), exactText(decode(f, code)));
    }
    const QString sign = fields.negative ? kMinus : QStringLiteral("+");
    const double value = decode(f, code);
    if (std::isnan(value)) return QObject::tr("not a number");
    if (std::isinf(value)) return sign + QStringLiteral("∞");
    if (isZeroByField(f, code)) return sign + QObject::tr("0, for there are no subnormal numbers");
    return QStringLiteral("%1%2.%3₂ × %4")
        .arg(sign, hasLeadingOne(f, code) ? QStringLiteral("1") : QStringLiteral("0"), fractionBits(f, fields.fraction),
             powerOfTwo(exponentOf(f, code)));
}

QString fractionFormula(const Format& f, std::uint64_t code) {
    if (f.kind == FormatKind::integer || !isFinite(f, code) || isZeroByField(f, code)) return {};
    const BitFields fields = fieldsOf(f, code);
    const QString sign =
        f.signBits == 0 ? QString() : QStringLiteral("(−1)%1 × ").arg(superscriptText(fields.negative ? 1 : 0));
    return QStringLiteral("%1%2 × (%3 + %4/%5)")
        .arg(sign, powerOfTwo(exponentOf(f, code)), hasLeadingOne(f, code) ? QStringLiteral("1") : QStringLiteral("0"),
             numberText(fields.fraction), numberText(std::uint64_t{1} << f.fractionBits));
}

QString classSentence(const FormatEntry& entry) {
    const Format& f = entry.format;
    const StoredValue& stored = entry.stored;
    QString text = classWords(f, stored.code) + QStringLiteral(". ");
    if (std::isfinite(stored.value)) {
        const double gap = stepOf(entry);
        const QString power = powerOfTwoText(gap);
        const QString decimal = exactText(gap, 18);
        text += QObject::tr("1 ULP = %1").arg(decimal);
        if (!power.isEmpty() && gap != 1) text += QStringLiteral(" = ") + power;
        text += QStringLiteral(". ");
    }
    switch (entry.outcome) {
        case Outcome::exact:
            return std::isnan(stored.value) ? text + QObject::tr("NaN has no value that could be exact.")
                                            : text + QObject::tr("The value is stored exactly.");
        case Outcome::rounded:
        case Outcome::clipped:
        case Outcome::toZero:
            if (std::isfinite(stored.ulps))
                return text + QObject::tr("The value typed is %1 ULP away: %2, relative %3.")
                                  .arg(ulpText(stored), absoluteErrorText(stored), relativeErrorText(stored));
            return text + QObject::tr("The value typed is beyond the range.");
        case Outcome::toInfinity:
        case Outcome::toNan:
            return text + QObject::tr("The value typed is beyond the range: %1.").arg(rowNote(entry));
        case Outcome::noNan:
        case Outcome::noMinusZero:
        case Outcome::noSign:
        case Outcome::noZero:
            return text + QObject::tr("The format has %1.").arg(outcomeWord(entry.outcome));
    }
    return text;
}

}  // namespace mantissa::ui
