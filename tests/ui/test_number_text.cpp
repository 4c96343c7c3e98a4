#include <QTest>
#include <limits>

#include "module_words.h"
#include "number_text.h"

using namespace mantissa::ui;

class TestNumberText final : public QObject {
    Q_OBJECT

  private slots:
    void thousandsStandApartFromFiveDigitsOn() {
        const QChar thin(0x202F);
        QCOMPARE(groupedText(1920), QStringLiteral("1920"));
        QCOMPARE(groupedText(25578), QStringLiteral("25") + thin + QStringLiteral("578"));
        QCOMPARE(groupedText(-1234567),
                 QStringLiteral("−1") + thin + QStringLiteral("234") + thin + QStringLiteral("567"));
        QCOMPARE(fixedText(12345.678, 2), QStringLiteral("12") + thin + QStringLiteral("345.68"));
    }
    void minusIsAMinus() {
        QCOMPARE(fixedText(-0.1385, 4), QStringLiteral("−0.1385"));
        QCOMPARE(valueText(-0.1385), QStringLiteral("−0.1385"));
        QCOMPARE(compactText(-0.5), QStringLiteral("−0.5"));
    }
    void nothingIsNegativeZero() { QCOMPARE(fixedText(-0.00001, 2), QStringLiteral("0.00")); }
    void smallValuesTakeAPowerOfTen() {
        QCOMPARE(valueText(0.0011), QStringLiteral("0.0011"));
        QCOMPARE(valueText(0.00022), QStringLiteral("2.2×10⁻⁴"));
        QCOMPARE(valueText(-4.0e-8), QStringLiteral("−4.0×10⁻⁸"));
        QCOMPARE(scientificText(1.5e-12, 3), QStringLiteral("1.50×10⁻¹²"));
        QCOMPARE(compactText(1e-8), QStringLiteral("1e−8"));
        QCOMPARE(compactText(3.4e38), QStringLiteral("3.4e38"));
    }
    void undefinedAndInfiniteAreWords() {
        const double nan = std::numeric_limits<double>::quiet_NaN(), infinity = std::numeric_limits<double>::infinity();
        QCOMPARE(valueText(nan), QStringLiteral("—"));
        QCOMPARE(fixedText(infinity, 1), QStringLiteral("∞"));
        QCOMPARE(valueText(-infinity), QStringLiteral("−∞"));
        QCOMPARE(millisecondsText(nan), QStringLiteral("—"));
    }
    void noErrorIsExact() {
        QCOMPARE(errorText(0), QStringLiteral("exact"));
        QCOMPARE(errorText(0.25), QStringLiteral("0.2500"));
    }
    void bytesUsePowersOfTen() {
        QCOMPARE(bytesText(22'363'808), QStringLiteral("22.36\u00A0MB"));
        QCOMPARE(bytesText(102'312), QStringLiteral("102.3\u00A0kB"));
        QCOMPARE(byteUnitFor(999'999).name, QStringLiteral("kB"));
        QCOMPARE(byteUnitFor(1'000'000).definition, QStringLiteral("1 MB = 10⁶ bytes"));
    }
    void timesKeepThreeDigits() {
        QCOMPARE(millisecondsText(41.83), QStringLiteral("41.8"));
        QCOMPARE(millisecondsText(0.213), QStringLiteral("0.21"));
        QCOMPARE(millisecondsText(0.0213), QStringLiteral("0.021"));
    }
    void longTextIsCutInTheMiddle() {
        QCOMPARE(elidedMiddle(QStringLiteral("abcdefghij"), 5), QStringLiteral("ab…ij"));
        QCOMPARE(elidedMiddle(QStringLiteral("short"), 5), QStringLiteral("short"));
        QCOMPARE(threadsText(1), QStringLiteral("1 thread"));
        QCOMPARE(threadsText(8), QStringLiteral("8 threads"));
        QCOMPARE(modulesText(1), QStringLiteral("1 module"));
        QCOMPARE(modulesText(12), QStringLiteral("12 modules"));
        QCOMPARE(keptModulesText(1), QStringLiteral("1 module stays in FP32"));
        QCOMPARE(keptModulesText(2), QStringLiteral("2 modules stay in FP32"));
    }
};

QTEST_GUILESS_MAIN(TestNumberText)
#include "test_number_text.moc"
