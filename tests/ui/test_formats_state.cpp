#include <qcustomplot.h>

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QUndoStack>

#include "charts/representable_chart.h"
#include "formats/bit_editor.h"
#include "formats/neighbour_table.h"
#include "formats/scale_fields.h"
#include "formats/scaled_line.h"
#include "formats_fixture.h"
#include "page_checks.h"
#include "widgets/segmented_control.h"

using namespace mantissa;
using namespace mantissa::ui;

/// Scale and zero point of INT8, and how the Formats page shows its value: both are in the page's text.
class TestFormatsState final : public QObject {
    Q_OBJECT

    test::FormatsFixture fixture_;

    FormatsPage* page() const { return fixture_.page; }
    ScaleFields& fields() const { return *page()->table().scaleFields(); }
    const FormatEntry& int8() const { return fixture_.entry("int8"); }
    std::string text() const { return stateText(page()->formats().state()); }

    void fill(ValueField* field, const QString& text) const {
        field->setFocus();
        field->selectAll();
        QTest::keyClicks(field, text);
    }
    QAction* action(const QString& name) const {
        for (auto* button : page()->findChildren<QPushButton*>())
            if (button->menu())
                for (auto* one : button->menu()->actions())
                    if (one->text() == name) return one;
        return nullptr;
    }
    QCPRange shownRange() const { return page()->representable().plot().axisRect(0)->axis(QCPAxis::atBottom)->range(); }

  private slots:
    void initTestCase() { Theme::instance().install(); }
    void init() { QVERIFY(fixture_.open()); }
    void cleanup() { fixture_.window.reset(); }

    /// torch.quantize_per_tensor(0.1, 1/127, 0) is 13, which stands for 13 × float32(1/127).
    void aScaleMakesInt8HoldATenth() {
        QTRY_VERIFY(fields().scale()->isVisible());
        QCOMPARE(int8().outcome, Outcome::toZero);
        fill(fields().scale(), QStringLiteral("1/127"));
        QCOMPARE(fields().scale()->text(), QStringLiteral("1/127"));
        QCOMPARE(int8().stored.code, std::uint64_t{13});
        QCOMPARE(int8().stored.value, static_cast<double>(13 * (1 / 127.0F)));
        QCOMPARE(int8().outcome, Outcome::rounded);
        QVERIFY(std::abs(int8().stored.ulps - 0.3) < 1e-5);
        QCOMPARE(fixture_.bits("int8").code(), std::uint64_t{13});
        QVERIFY2(rowNote(int8()).startsWith(QStringLiteral("13 × 0.00787")), qPrintable(rowNote(int8())));
        // The number line follows.
        QVERIFY(page()->scaledLine().finding().contains(QStringLiteral("reaches from −1.008 to 1")));
        const auto& rows = page()->scaledLine().table().rows;
        QCOMPARE(rows.size(), qsizetype{256});
        QCOMPARE(rows[128 + 13][2].toDouble(), int8().stored.value);
        // Neighbours are a scale away.
        page()->formats().select("int8");
        QCOMPARE(page()->editor().neighbours().valueText(0).toDouble(), static_cast<double>(14 * (1 / 127.0F)));
        // One step of undo.
        QTest::keyClick(fixture_.field(), Qt::Key_Return);
        fixture_.window->session().undoStack().undo();  // the selection
        fixture_.window->session().undoStack().undo();
        QCOMPARE(int8().stored.code, std::uint64_t{0});
        QCOMPARE(fields().scale()->text(), QStringLiteral("1"));
    }

    void aZeroPointMovesTheRange() {
        fill(fields().scale(), QStringLiteral("0.5"));
        fill(fields().zeroPoint(), QStringLiteral("-128"));
        fixture_.type(QStringLiteral("100"));
        QCOMPARE(int8().stored.code, std::uint64_t{72});
        QCOMPARE(int8().stored.value, 100.0);
        QCOMPARE(int8().outcome, Outcome::exact);
        fixture_.type(QStringLiteral("-3"));
        QCOMPARE(int8().stored.value, 0.0);
        QCOMPARE(int8().outcome, Outcome::clipped);
        QCOMPARE(rowNote(int8()), QStringLiteral("beyond 0 to 127.5, so the end of it"));
        fixture_.type(QStringLiteral("200"));
        QCOMPARE(int8().stored.value, 127.5);
        QCOMPARE(int8().outcome, Outcome::clipped);
        // Bits are read with the scale, and stay the value when the scale changes.
        fixture_.clickBit(fixture_.bits("int8"), 0);
        QCOMPARE(fixture_.entry("fp32").stored.value, 127.0);
        fields().zeroPoint()->setFocus();
        QTest::keyClick(fields().zeroPoint(), Qt::Key_Up);
        QCOMPARE(page()->formats().state().int8.zeroPoint, -127);
        QCOMPARE(fixture_.entry("fp32").stored.value, 127.0);
        QCOMPARE(int8().stored.code, std::uint64_t{127});
        fields().scale()->setFocus();
        QTest::keyClick(fields().scale(), Qt::Key_Up);
        QCOMPARE(page()->formats().state().int8.scale, 1.0F);
    }

    void whatIsNoScaleIsSaidAndNothingChanges() {
        fill(fields().scale(), QStringLiteral("0.5"));
        const FormatsState before = page()->formats().state();
        for (const char* bad : {"0", "-1", "1e-45", "inf", "nan", "x"}) {
            // Whole at once: of "1e-45" the first character is a scale by itself.
            fields().scale()->setFocus();
            fields().scale()->clear();
            QApplication::clipboard()->setText(QString::fromLatin1(bad));
            fields().scale()->paste();
            QVERIFY2(fields().scale()->property("invalid").toBool(), bad);
            QCOMPARE(page()->formats().state(), before);
            QTest::keyClick(fields().scale(), Qt::Key_Return);
            QTRY_VERIFY2(page()->valueBar().problemLabel()->isVisible(), bad);
            QVERIFY(page()->valueBar().problemLabel()->text().startsWith(QStringLiteral("Scale of INT8: ")));
        }
        QTest::keyClick(fields().scale(), Qt::Key_Escape);
        QCOMPARE(fields().scale()->text(), QStringLiteral("0.5"));
        QTRY_VERIFY(!page()->valueBar().problemLabel()->isVisible());
        fill(fields().zeroPoint(), QStringLiteral("128"));  // "12" was a zero point
        QVERIFY(fields().zeroPoint()->property("invalid").toBool());
        QCOMPARE(page()->formats().state().int8.zeroPoint, 12);
        QTRY_VERIFY(page()->valueBar().problemLabel()->isVisible());
        QVERIFY2(page()->valueBar().problemLabel()->text().contains(QStringLiteral("from -128 to 127")),
                 qPrintable(page()->valueBar().problemLabel()->text()));
        fill(fields().zeroPoint(), QStringLiteral("127"));
        QVERIFY(!page()->valueBar().problemLabel()->isVisible());
    }

    void aCodeIsChosenOnTheNumberLine() {
        QVERIFY(page()->restore("formats?value=0.1&scale=0.01&zero-point=3&view=int8"));
        ScaledLine& line = page()->scaledLine();
        QTRY_VERIFY(line.isVisible());
        QVERIFY(!page()->representable().isVisible());
        // Formats are compared without it: its codes do not stand for themselves.
        for (const FormatEntry& entry : page()->representable().data().entries) QVERIFY(entry.key != "int8");
        QTRY_VERIFY(line.plot().axisRectCount() == 1 && line.plot().width() > 100);
        const QCPAxis* x = line.plot().axisRect(0)->axis(QCPAxis::atBottom);
        const QPoint at(static_cast<int>(x->coordToPixel(15)), line.plot().axisRect(0)->rect().center().y());
        QVERIFY(line.hoverText(line.plot(), at).contains(QStringLiteral("code 15")));
        QTest::mouseClick(&line.plot(), Qt::LeftButton, {}, at);
        QTRY_COMPARE(int8().stored.code, std::uint64_t{15});
        QCOMPARE(int8().stored.value, static_cast<double>(12 * 0.01F));
        QCOMPARE(page()->formats().state().selected, std::string("int8"));
    }

    void theTextHoldsScaleErrorsViewAndZoom() {
        fill(fields().scale(), QStringLiteral("0.1"));
        fill(fields().zeroPoint(), QStringLiteral("-7"));
        SegmentedControl* errors = page()->table().errorSwitch();
        errors->setFocus();
        QTest::keyClick(errors, Qt::Key_Right);
        QTest::keyClick(errors, Qt::Key_Right);
        page()->viewSwitch().setFocus();
        QTest::keyClick(&page()->viewSwitch(), Qt::Key_Right);
        QCOMPARE(text(), std::string("formats?value=0.1&scale=0.1&zero-point=-7&errors=ulp&view=range"));
        RepresentableChart& chart = page()->representable();
        QTRY_VERIFY(chart.isVisible());
        chart.setFocus();
        QTest::keyClick(&chart, Qt::Key_Plus);
        QTest::keyClick(&chart, Qt::Key_Right);
        const QCPRange zoomed = shownRange();
        QVERIFY(zoomed.size() < 50);
        QVERIFY(text().find("&zoom=") != std::string::npos);
        // It stays when the chart is drawn anew in another size or theme.
        chart.refresh();
        QCOMPARE(shownRange(), zoomed);
        action(QStringLiteral("Copy state of the page"))->trigger();
        const std::string whole = text();

        QVERIFY(page()->restore("formats?value=3"));
        QCOMPARE(errors->current(), 0);
        QCOMPARE(page()->viewSwitch().current(), 0);
        QCOMPARE(fields().zeroPoint()->text(), QStringLiteral("0"));
        QCOMPARE(text(), std::string("formats?value=3"));

        action(QStringLiteral("Restore copied state"))->trigger();
        QCOMPARE(text(), whole);
        QCOMPARE(errors->current(), 2);
        QCOMPARE(page()->viewSwitch().current(), 1);
        QCOMPARE(chart.view(), RepresentableView::range);
        QCOMPARE(shownRange(), zoomed);
        QCOMPARE(fields().scale()->text(), QStringLiteral("0.1"));
        QCOMPARE(fields().zeroPoint()->text(), QStringLiteral("-7"));
        // Home shows all of it again, and the text says so.
        chart.setFocus();
        QTest::keyClick(&chart, Qt::Key_Home);
        QVERIFY(shownRange().size() > 80);
        QVERIFY(text().find("zoom") == std::string::npos);
    }

    void theWheelAndADoubleClickAreRemembered() {
        RepresentableChart& chart = page()->representable();
        QTRY_VERIFY(chart.isVisible() && chart.plot().axisRectCount() == 1);
        const QCPRange whole = shownRange();
        const QPoint middle = chart.plot().axisRect(0)->rect().center();
        QTest::mouseClick(&chart.plot(), Qt::RightButton, {}, middle);
        if (auto* menu = QApplication::activePopupWidget()) menu->close();
        chart.setFocus();
        QWheelEvent wheel(middle, chart.plot().mapToGlobal(middle), {}, {0, 120}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(&chart.plot(), &wheel);
        QVERIFY(shownRange().size() < whole.size());
        QVERIFY(text().find("zoom=") != std::string::npos);
        const auto state = parseState(text());
        QVERIFY(state.ok());
        QCOMPARE(state->look.zoom->low, shownRange().lower);
        QCOMPARE(state->look.zoom->high, shownRange().upper);
        QTest::mouseDClick(&chart.plot(), Qt::LeftButton, {}, QPoint(3, 3));
        QCOMPARE(shownRange(), whole);
        QVERIFY(!page()->formats().state().look.zoom);
    }

    void undoLeavesTheLookAlone() {
        fixture_.type(QStringLiteral("2"));
        SegmentedControl* errors = page()->table().errorSwitch();
        errors->setFocus();
        QTest::keyClick(errors, Qt::Key_Right);
        fixture_.window->session().undoStack().undo();
        QCOMPARE(fixture_.field()->text(), QStringLiteral("0.1"));
        QCOMPARE(errors->current(), 1);
        // Restoring a text is one step, look included.
        QVERIFY(page()->restore("formats?value=0.1&errors=ulp&view=codes"));
        QCOMPARE(errors->current(), 2);
        fixture_.window->session().undoStack().undo();
        QCOMPARE(errors->current(), 1);
        QCOMPARE(page()->viewSwitch().current(), 0);
    }

    void oldTextsAreReadAndBadPartsNamed() {
        const auto old = parseState("formats?value=1/3&select=fp16&round=down&show=all");
        QVERIFY(old.ok());
        QVERIFY(old->int8.isPlain());
        QCOMPARE(old->look, FormatsLook{});
        const auto before = page()->formats().state();
        for (const char* bad :
             {"formats?scale=0", "formats?scale=-0.5", "formats?scale=1e-45", "formats?zero-point=128",
              "formats?zero-point=1.5", "formats?errors=big", "formats?view=sideways", "formats?zoom=1",
              "formats?zoom=2..1", "formats?zoom=nan..1", "formats?zoom=-inf..inf", "formats?view=codes&zoom=1..2"}) {
            const Status status = page()->restore(bad);
            QVERIFY2(!status.ok(), bad);
            QVERIFY2(status.error().message.size() > 10, bad);
        }
        QCOMPARE(page()->formats().state(), before);
    }

    void theFieldsFitInTheirRow() {
        for (const QSize size : {QSize(1440, 900), QSize(1100, 700), QSize(1024, 640)}) {
            fixture_.window->resize(size);
            QTRY_COMPARE_WITH_TIMEOUT(test::partThatDoesNotFit(*page()), QString(), 20000);
            const FormatRow* row = page()->table().row("int8");
            QVERIFY(row->rect().contains(fields().geometry()));
            QVERIFY(!fields().geometry().intersects(row->bits().geometry()));
            QVERIFY(fields().geometry().right() < row->hexLeft());
            QCOMPARE(test::controlWithoutName(*page()), QString());
        }
        // Without INT8 there is nothing to scale, and its line says so.
        page()->formats().setShown(ShownFormats::small);
        QVERIFY(!page()->table().scaleFields());
        QVERIFY(!page()->scaledLine().emptyText().isEmpty());
    }
};

QTEST_MAIN(TestFormatsState)
#include "test_formats_state.moc"
