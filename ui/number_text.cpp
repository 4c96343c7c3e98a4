#include "number_text.h"

#include <QObject>
#include <algorithm>
#include <cmath>

namespace mantissa::ui {
namespace {

constexpr QChar kThinSpace(0x202F);  // narrow and no-break: a number never wraps
constexpr QChar kMinus(0x2212);

QString undefinedText(double value) {
    if (std::isnan(value)) return QStringLiteral("—");
    return value > 0 ? QStringLiteral("∞") : QString(kMinus) + QStringLiteral("∞");
}

/// Puts thin spaces into the whole part of "-12345.67" where it has five digits or more, and a true minus.
QString dressed(QString text) {
    const bool negative = text.startsWith('-');
    if (negative) text.remove(0, 1);
    const auto point = text.indexOf('.');
    const auto whole = point < 0 ? text.size() : point;
    if (whole > 4)
        for (auto at = whole - 3; at > 0; at -= 3) text.insert(at, kThinSpace);
    return negative ? kMinus + text : text;
}

bool allZero(const QString& text) {
    return std::none_of(text.begin(), text.end(), [](QChar c) { return c >= '1' && c <= '9'; });
}

}  // namespace

QString groupedText(std::int64_t value) { return dressed(QString::number(value)); }

QString fixedText(double value, int decimals) {
    if (!std::isfinite(value)) return undefinedText(value);
    QString text = QString::number(value, 'f', decimals);
    if (text.startsWith('-') && allZero(text)) text.remove(0, 1);
    return dressed(text);
}

QString superscriptText(int value) {
    static const QString digits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
    QString text = value < 0 ? QStringLiteral("⁻") : QString();
    for (const QChar c : QString::number(std::abs(value))) text += digits[c.digitValue()];
    return text;
}

QString scientificText(double value, int digits) {
    if (!std::isfinite(value)) return undefinedText(value);
    if (value == 0) return QStringLiteral("0");
    const QString text = QString::number(value, 'e', std::max(0, digits - 1));
    const auto e = text.indexOf('e');
    return dressed(text.left(e)) + QStringLiteral("×10") + superscriptText(text.mid(e + 1).toInt());
}

QString valueText(double value) {
    if (!std::isfinite(value)) return undefinedText(value);
    if (value == 0) return QStringLiteral("0");
    const double size = std::abs(value);
    if (size < 1e-3) return scientificText(value);
    if (size >= 1e6) return scientificText(value, 4);
    return fixedText(value, size < 100 ? 4 : size < 10000 ? 2 : 1);
}

QString errorText(double value) { return value == 0 ? QStringLiteral("exact") : valueText(value); }

QString compactText(double value, int digits) {
    if (!std::isfinite(value)) return undefinedText(value);
    QString text = QString::number(value, 'g', digits);
    if (text == QLatin1String("-0")) return QString(kMinus) + '0';
    const auto e = text.indexOf('e');
    if (e < 0) return text.replace('-', kMinus);
    const int exponent = text.mid(e + 1).toInt();
    return text.left(e).replace('-', kMinus) + 'e' + (exponent < 0 ? QString(kMinus) : QString()) +
           QString::number(std::abs(exponent));
}

QString millisecondsText(double ms) {
    if (!std::isfinite(ms)) return undefinedText(ms);
    const double size = std::abs(ms);
    return fixedText(ms, size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3);
}

ByteUnit byteUnitFor(std::int64_t largest) {
    if (largest >= 10'000'000'000) return {1e9, QStringLiteral("GB"), QStringLiteral("1 GB = 10⁹ bytes")};
    if (largest >= 1'000'000) return {1e6, QStringLiteral("MB"), QStringLiteral("1 MB = 10⁶ bytes")};
    return {1e3, QStringLiteral("kB"), QStringLiteral("1 kB = 1000 bytes")};
}

QString bytesText(std::int64_t bytes, const ByteUnit& unit) {
    return fixedText(static_cast<double>(bytes) / unit.bytes, unit.bytes < 1e6 ? 1 : 2);
}

QString bytesText(std::int64_t bytes) {
    const ByteUnit unit = byteUnitFor(bytes);
    return bytesText(bytes, unit) + QChar(0x00A0) + unit.name;
}

QString countText(std::int64_t count) {
    if (count < 1'000'000) return groupedText(count);
    return fixedText(static_cast<double>(count) / 1e6, 2) + QStringLiteral(" million");
}

QString threadsText(int threads) {
    return threads == 1 ? QObject::tr("1 thread") : QObject::tr("%1 threads").arg(threads);
}

QString elidedMiddle(const QString& text, int length) {
    if (text.size() <= length || length < 3) return text;
    const int head = (length - 1) / 2, tail = length - 1 - head;
    return text.left(head) + QStringLiteral("…") + text.right(tail);
}

}  // namespace mantissa::ui
