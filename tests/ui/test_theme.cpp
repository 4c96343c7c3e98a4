#include <QApplication>
#include <QImage>
#include <QPainter>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <set>

#include "theme/format_look.h"
#include "theme/theme.h"
#include "widgets/card.h"

using namespace mantissa;
using namespace mantissa::ui;

namespace {

std::vector<Format> colouredFormats() {
    std::vector<Format> formats;
    for (const char* name : {"fp32", "fp64", "tf32", "fp16", "bf16", "e4m3", "e5m2", "int8"})
        formats.push_back(format(name));
    formats.push_back(*findFormat("e6m9"));
    return formats;
}

}  // namespace

class TestTheme final : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase() { Theme::instance().install(); }
    void init() { Theme::instance().setMode(ThemeMode::light); }

    void formatColoursStandOutOnTheCard() {
        for (const auto scheme : {Scheme::light, Scheme::dark})
            for (const auto& one : colouredFormats()) {
                const double ratio = contrastRatio(lookOf(one).color(scheme), tokens(scheme).card);
                QVERIFY2(ratio >= 3,
                         qPrintable(QStringLiteral("%1: %2").arg(QString::fromStdString(one.title)).arg(ratio)));
            }
    }
    void textCanBeReadOnItsSurfaces() {
        for (const auto scheme : {Scheme::light, Scheme::dark}) {
            const Tokens& t = tokens(scheme);
            for (const auto& ink : {t.text1, t.text2, t.text3, t.accent, t.errorText})
                for (const auto& surface : {t.card, t.page, t.sunken}) QVERIFY(contrastRatio(ink, surface) >= 4.5);
            QVERIFY(contrastRatio(t.cautionText, t.cautionFill) >= 4.5);
            QVERIFY(contrastRatio(t.errorText, t.errorFill) >= 4.5);
            QVERIFY(contrastRatio(t.nativeText, t.nativeFill) >= 4.5);
            QVERIFY(contrastRatio(t.onAccent, t.accent) >= 4.5);
            const BitTokens& bits = bitTokens(scheme);
            QVERIFY(contrastRatio(bits.digitOnDark, bits.sign) >= 4.5);
            for (const auto& field : {bits.exponent, bits.fraction, bits.integer})
                QVERIFY(contrastRatio(bits.digitOnLight, field) >= 4.5);
        }
    }
    void everyFormatHasAMarkerOfItsOwn() {
        std::set<Marker> markers;
        std::set<QRgb> colours;
        for (const auto& one : colouredFormats()) {
            markers.insert(lookOf(one).marker);
            colours.insert(lookOf(one).light.rgb());
        }
        QCOMPARE(markers.size(), colouredFormats().size());
        QCOMPARE(colours.size(), colouredFormats().size());
    }
    void markersArePaintedInsideTheirArea() {
        for (const auto& one : colouredFormats()) {
            QImage image(40, 40, QImage::Format_RGB32);
            image.fill(Qt::white);
            QPainter painter(&image);
            paintMarker(painter, QRectF(10, 10, 20, 20), lookOf(one), Qt::black);
            painter.end();
            int inside = 0, outside = 0;
            for (int y = 0; y < 40; ++y)
                for (int x = 0; x < 40; ++x)
                    if (qGray(image.pixel(x, y)) < 128) (x >= 9 && x <= 30 && y >= 9 && y <= 30 ? inside : outside)++;
            QVERIFY2(inside > 40, one.name.c_str());
            QCOMPARE(outside, 0);
        }
    }
    void switchingChangesPaletteAndTells() {
        QSignalSpy changed(&Theme::instance(), &Theme::changed);
        Theme::instance().setMode(ThemeMode::dark);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(Theme::instance().scheme(), Scheme::dark);
        QCOMPARE(QApplication::palette().color(QPalette::Base), tokens(Scheme::dark).card);
        Theme::instance().setMode(ThemeMode::dark);
        QCOMPARE(changed.count(), 1);
        Theme::instance().setMode(ThemeMode::light);
        QCOMPARE(QApplication::palette().color(QPalette::Base), tokens(Scheme::light).card);
    }
    void everyTokenOfTheSheetIsReplaced() {
        for (const auto scheme : {Scheme::light, Scheme::dark}) QVERIFY(!styleSheet(tokens(scheme)).contains('@'));
    }
    void cardsArePaintedInTheThemesColour() {
        for (const auto mode : {ThemeMode::light, ThemeMode::dark}) {
            Theme::instance().setMode(mode);
            Card card(QStringLiteral("Title"));
            card.resize(200, 100);
            const QImage image = card.grab().toImage();
            QCOMPARE(image.pixelColor(100, 80), Theme::instance().tokens().card);
        }
    }
    void greyKeepsLuminance() {
        const QColor blue("#0B4FB8"), grey = greyOf(blue);
        QCOMPARE(grey.red(), grey.green());
        QCOMPARE(grey.green(), grey.blue());
        QVERIFY(std::abs(contrastRatio(grey, Qt::white) - contrastRatio(blue, Qt::white)) < 0.1);
    }
};

QTEST_MAIN(TestTheme)
#include "test_theme.moc"
