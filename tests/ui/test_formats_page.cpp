#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSlider>
#include <QSpinBox>
#include <QUndoStack>

#include "charts/representable_chart.h"
#include "formats/bit_editor.h"
#include "formats/custom_format.h"
#include "formats/limits_model.h"
#include "formats/limits_table.h"
#include "formats/neighbour_table.h"
#include "formats/stagnation_line.h"
#include "formats_fixture.h"
#include "numerics/format_uses.h"
#include "page_checks.h"
#include "widgets/segmented_control.h"
#include "window/job_status.h"

using namespace mantissa;
using namespace mantissa::ui;

/// Values and bits of the Formats page in its window, driven by keyboard and mouse.
class TestFormatsPage final : public QObject {
    Q_OBJECT

    test::FormatsFixture fixture_;

    FormatsPage* page() const { return fixture_.page; }
    void drag(BitRow& row, int from, int to) {
        QTest::mousePress(&row, Qt::LeftButton, {}, row.cellRect(from).center());
        QTest::mouseMove(&row, row.cellRect(to).center());
        QTest::mouseRelease(&row, Qt::LeftButton, {}, row.cellRect(to).center());
    }

  private slots:
    void initTestCase() { Theme::instance().install(); }
    void init() { QVERIFY(fixture_.open()); }
    void cleanup() { fixture_.window.reset(); }

    void aTenthIsThereInEveryFormat() {
        QCOMPARE(page()->table().rows().size(), std::size_t{9});
        QCOMPARE(fixture_.field()->text(), QStringLiteral("0.1"));
        QCOMPARE(fixture_.entry("fp64").stored.code, std::uint64_t{0x3FB999999999999A});
        QCOMPARE(fixture_.entry("fp32").stored.code, std::uint64_t{0x3DCCCCCD});
        QCOMPARE(fixture_.entry("fp16").stored.code, std::uint64_t{0x2E66});
        QCOMPARE(fixture_.entry("bf16").stored.code, std::uint64_t{0x3DCD});
        QCOMPARE(fixture_.entry("e4m3").stored.code, std::uint64_t{0x1D});
        QCOMPARE(fixture_.entry("e5m2").stored.code, std::uint64_t{0x2E});
        QCOMPARE(fixture_.entry("int8").outcome, Outcome::toZero);
        QCOMPARE(fixture_.bits("bf16").code(), std::uint64_t{0x3DCD});
        QCOMPARE(page()->editor().exactDecimal(), QStringLiteral("0.10009765625"));
        QVERIFY(page()->editor().formulaText().startsWith(QStringLiteral("+1.1001101₂ × 2⁻⁴")));
        QVERIFY(page()->editor().classText().startsWith(QStringLiteral("Normal number")));
    }

    void aClickFlipsABitAndEveryFormatFollows() {
        fixture_.clickBit(fixture_.bits("bf16"), 0);
        QCOMPARE(fixture_.entry("bf16").stored.code, std::uint64_t{0x3DCC});
        QCOMPARE(fixture_.field()->text(), QStringLiteral("0.099609375"));
        QCOMPARE(fixture_.entry("fp32").stored.value, 0.099609375);
        QCOMPARE(fixture_.entry("fp32").outcome, Outcome::exact);
        fixture_.clickBit(fixture_.bits("fp16"), 15);
        QCOMPARE(page()->formats().state().selected, std::string("fp16"));
        QCOMPARE(fixture_.entry("bf16").stored.value, -0.099609375);
        QCOMPARE(page()->editor().bits().format().name, std::string("fp16"));
    }

    void aDragPaintsAndIsOneStepOfUndo() {
        const int before = fixture_.window->session().undoStack().count();
        drag(fixture_.bits("fp32"), 22, 16);
        // Bit 22 was 1 (0x4CCCCD): the drag paints zeros.
        QCOMPARE(fixture_.entry("fp32").stored.code & 0x7F0000, std::uint64_t{0});
        QCOMPARE(fixture_.window->session().undoStack().count(), before + 1);
        QTest::keyClick(fixture_.window.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(fixture_.entry("fp32").stored.code, std::uint64_t{0x3DCCCCCD});
        QCOMPARE(fixture_.field()->text(), QStringLiteral("0.1"));
        QTest::keyClick(fixture_.window.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(fixture_.entry("fp32").stored.code & 0x7F0000, std::uint64_t{0});
    }

    void bitsAreReachedAndChangedByKeyboardAlone() {
        fixture_.field()->setFocus();
        BitRow& row = fixture_.bits("bf16");
        for (int i = 0; i < 60 && QApplication::focusWidget() != &row; ++i)
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        QCOMPARE(QApplication::focusWidget(), &row);
        QTest::keyClick(&row, Qt::Key_S);
        QCOMPARE(row.cursor(), 15);
        QTest::keyClick(&row, Qt::Key_Space);
        QCOMPARE(fixture_.entry("bf16").stored.value, -0.10009765625);
        QTest::keyClick(&row, Qt::Key_E);
        QCOMPARE(row.cursor(), 14);
        QTest::keyClick(&row, Qt::Key_Right);
        QCOMPARE(row.cursor(), 13);
        QTest::keyClick(&row, Qt::Key_F);
        QCOMPARE(row.cursor(), 6);
        QTest::keyClick(&row, Qt::Key_End);
        QCOMPARE(row.cursor(), 0);
        QTest::keyClick(&row, Qt::Key_Left);
        QCOMPARE(row.cursor(), 1);
        QTest::keyClick(&row, Qt::Key_1);
        QCOMPARE(fixture_.entry("bf16").stored.code, std::uint64_t{0xBDCF});
        QTest::keyClick(&row, Qt::Key_Home);
        QTest::keyClick(&row, Qt::Key_0);
        QCOMPARE(fixture_.entry("bf16").stored.code, std::uint64_t{0x3DCF});
        // Up and Down are one unit in the last place.
        QTest::keyClick(&row, Qt::Key_Up);
        QCOMPARE(fixture_.entry("bf16").stored.code, std::uint64_t{0x3DD0});
        QTest::keyClick(&row, Qt::Key_Down);
        QTest::keyClick(&row, Qt::Key_Down);
        QCOMPARE(fixture_.entry("bf16").stored.code, std::uint64_t{0x3DCE});
        // A bit row is one stop: Tab leaves it.
        QTest::keyClick(&row, Qt::Key_Tab);
        QVERIFY(QApplication::focusWidget() != &row);
    }

    void bitsAreCopiedAndPasted() {
        BitRow& row = fixture_.bits("e4m3");
        row.setFocus();
        QTest::keyClick(&row, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("0b0_0011_101"));
        QGuiApplication::clipboard()->setText(QStringLiteral("0x7e"));
        QTest::keyClick(&row, Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(fixture_.entry("e4m3").stored.value, 448.0);
    }

    void everyWayToWriteAValueIsUnderstood() {
        struct Case {
            const char* text;
            double bf16;
        };
        for (const auto& [text, value] :
             {Case{"1/3", 0.333984375}, Case{"pi", 3.140625}, Case{"2^-24", 0x1p-24}, Case{"0x3f80", 1.0},
              Case{"0b1011111110000000", -1.0}, Case{"max", 3.3895313892515355e38}, Case{"-0", -0.0},
              Case{"1e-8", 0x1.58p-27}}) {
            fixture_.type(QString::fromLatin1(text));
            QCOMPARE(fixture_.entry("bf16").stored.value, value);
            QVERIFY(!fixture_.field()->property("invalid").toBool());
        }
        fixture_.type(QStringLiteral("nan"));
        QVERIFY(std::isnan(fixture_.entry("bf16").stored.value));
        fixture_.type(QStringLiteral("-inf"));
        QCOMPARE(fixture_.entry("fp16").stored.value, -std::numeric_limits<double>::infinity());
    }

    void whatIsNotUnderstoodIsSaidAndTheValueStays() {
        fixture_.type(QStringLiteral("0.25"));
        fixture_.type(QStringLiteral("0.2x"));
        QVERIFY(fixture_.field()->property("invalid").toBool());
        QCOMPARE(fixture_.entry("fp64").stored.value, 0.2);  // the last text that was a number
        QTRY_VERIFY(page()->valueBar().problemLabel()->isVisible());
        QVERIFY(page()->valueBar().problemLabel()->text().contains(QStringLiteral("x")));
        QTest::keyClick(fixture_.field(), Qt::Key_Escape);
        QVERIFY(!fixture_.field()->property("invalid").toBool());
        QVERIFY(!page()->valueBar().problemLabel()->isVisible());
    }

    void typingIsOneStepOfUndo() {
        const int before = fixture_.window->session().undoStack().count();
        fixture_.type(QStringLiteral("12.5"));
        QCOMPARE(fixture_.window->session().undoStack().count(), before + 1);
        QTest::keyClick(fixture_.field(), Qt::Key_Return);
        QTest::keyClick(fixture_.field(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(fixture_.field()->text(), QStringLiteral("0.1"));
        QCOMPARE(fixture_.entry("fp32").stored.code, std::uint64_t{0x3DCCCCCD});
    }

    void upAndDownInTheFieldAreOneUlpAndAltOne() {
        fixture_.type(QStringLiteral("1"));
        QTest::keyClick(fixture_.field(), Qt::Key_Up);
        QCOMPARE(fixture_.entry("bf16").stored.value, 1.0078125);
        QCOMPARE(fixture_.field()->text(), QStringLiteral("1.0078125"));
        QTest::keyClick(fixture_.field(), Qt::Key_Down);
        QTest::keyClick(fixture_.field(), Qt::Key_Down);
        QCOMPARE(fixture_.entry("bf16").stored.value, 0.99609375);
        QTest::keyClick(fixture_.field(), Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(fixture_.entry("fp64").stored.value, 1.99609375);
        QTest::keyClick(fixture_.field(), Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(fixture_.entry("fp64").stored.value, 0.99609375);
    }

    void quickValuesAndTheirOutcomes() {
        for (auto* button : page()->valueBar().quickValues())
            if (button->text() == QStringLiteral("70000")) {
                QVERIFY(button->isVisible());
                QTest::mouseClick(button, Qt::LeftButton);
            }
        QCOMPARE(fixture_.field()->text(), QStringLiteral("70000"));
        QCOMPARE(fixture_.entry("fp16").outcome, Outcome::toInfinity);
        QCOMPARE(fixture_.entry("e4m3").outcome, Outcome::toNan);
        QCOMPARE(fixture_.entry("e5m2").outcome, Outcome::toInfinity);
        QCOMPARE(fixture_.entry("int8").outcome, Outcome::clipped);
        QCOMPARE(fixture_.entry("bf16").outcome, Outcome::rounded);
        page()->valueBar().overflowBox()->setFocus();
        QTest::keyClick(page()->valueBar().overflowBox(), Qt::Key_Down);
        QCOMPARE(page()->formats().state().overflow, Overflow::saturate);
        QCOMPARE(fixture_.entry("fp16").stored.value, 65504.0);
        QCOMPARE(fixture_.entry("fp16").outcome, Outcome::clipped);
        QCOMPARE(fixture_.entry("e4m3").stored.value, 448.0);
        fixture_.type(QStringLiteral("1e-60"));
        QCOMPARE(fixture_.entry("fp32").outcome, Outcome::toZero);
        QCOMPARE(fixture_.entry("fp64").outcome, Outcome::rounded);
        fixture_.type(QStringLiteral("nan"));
        QCOMPARE(fixture_.entry("int8").outcome, Outcome::noNan);
        fixture_.type(QStringLiteral("65500"));  // nearest FP16 is 65504, the largest: rounding, not clipping
        QCOMPARE(fixture_.entry("fp16").outcome, Outcome::rounded);
    }

    void roundingIsChosenByKeyboardAndStochasticHasASeed() {
        QVERIFY(!page()->valueBar().seedField()->isVisible());
        SegmentedControl* segments = page()->valueBar().roundingSegments();
        QVERIFY(segments->isVisible());
        segments->setFocus();
        for (int i = 0; i < 2; ++i) QTest::keyClick(segments, Qt::Key_Right);
        QCOMPARE(page()->formats().state().rounding, Rounding::towardZero);
        QCOMPARE(fixture_.entry("bf16").stored.code, std::uint64_t{0x3DCC});
        for (int i = 0; i < 4; ++i) QTest::keyClick(segments, Qt::Key_Right);
        QCOMPARE(page()->formats().state().rounding, Rounding::stochastic);
        QVERIFY(page()->valueBar().seedField()->isVisible());
        // Some seed rounds up, some down: 0.1 lies 0.8 of a unit above the value below.
        bool up = false, down = false;
        for (int seed = 0; seed < 64; ++seed) {
            page()->valueBar().seedField()->setValue(seed);
            (fixture_.entry("bf16").stored.code == 0x3DCD ? up : down) = true;
        }
        QVERIFY(up && down);
        QVERIFY(fixture_.entry("bf16").stored.code == 0x3DCC || fixture_.entry("bf16").stored.code == 0x3DCD);
    }

    void hexAndStoredValueAreEditedInPlace() {
        FormatRow* row = page()->table().row("fp16");
        row->bits().setFocus();
        QTest::keyClick(&row->bits(), Qt::Key_F2);
        QVERIFY(row->editor());
        row->editor()->selectAll();
        QTest::keyClicks(row->editor(), QStringLiteral("0x3C01"));
        QTest::keyClick(row->editor(), Qt::Key_Return);
        QVERIFY(!row->editor());
        QCOMPARE(fixture_.entry("fp16").stored.value, 1.0009765625);
        QCOMPARE(page()->formats().state().selected, std::string("fp16"));
        QTest::keyClick(&row->bits(), Qt::Key_F3);
        row->editor()->selectAll();
        QTest::keyClicks(row->editor(), QStringLiteral("eps"));  // that of this row's format
        QTest::keyClick(row->editor(), Qt::Key_Return);
        QCOMPARE(fixture_.entry("fp16").stored.value, 0x1p-10);
        // Too many bits: the editor stays, and says why.
        QTest::keyClick(&row->bits(), Qt::Key_F2);
        row->editor()->selectAll();
        QTest::keyClicks(row->editor(), QStringLiteral("12345"));
        QTest::keyClick(row->editor(), Qt::Key_Return);
        QVERIFY(row->editor());
        QVERIFY(row->editor()->accessibleDescription().contains(QStringLiteral("16 bits")));
        QTest::keyClick(row->editor(), Qt::Key_Escape);
        QVERIFY(!row->editor());
        QCOMPARE(fixture_.entry("fp16").stored.value, 0x1p-10);
    }

    void theLargeEditorFlipsStepsAndNamesTheClass() {
        BitRow& large = page()->editor().bits();
        fixture_.clickBit(large, 6);
        QCOMPARE(fixture_.entry("bf16").stored.code, std::uint64_t{0x3D8D});
        page()->editor().hexField()->setFocus();
        page()->editor().hexField()->selectAll();
        QTest::keyClicks(page()->editor().hexField(), QStringLiteral("0x0001"));
        QTest::keyClick(page()->editor().hexField(), Qt::Key_Return);
        QCOMPARE(fixture_.entry("bf16").stored.value, 0x1p-133);
        QVERIFY(page()->editor().classText().startsWith(QStringLiteral("Subnormal number")));
        QVERIFY(page()->editor().formulaText().startsWith(QStringLiteral("+0.0000001₂ × 2⁻¹²⁶")));
        const std::pair<const char*, const char*> classes[]{{"0x7f80", "Infinity"},
                                                            {"0xff80", "Negative infinity"},
                                                            {"0x7fc0", "Quiet NaN (qNaN)"},
                                                            {"0x7f81", "Signalling NaN (sNaN)"},
                                                            {"0x0000", "Zero"},
                                                            {"0x8000", "Negative zero"}};
        for (const auto& [hex, word] : classes) {
            QVERIFY(page()->formats().typeBits("bf16", QString::fromLatin1(hex)));
            QVERIFY2(page()->editor().classText().startsWith(QString::fromLatin1(word)),
                     qPrintable(page()->editor().classText()));
            // The payload stays what it is.
            QCOMPARE(hexText(fixture_.entry("bf16").format, fixture_.entry("bf16").stored.code).toLower(),
                     QString::fromLatin1(hex));
        }
    }

    void neighboursAreGoneToAndCopied() {
        fixture_.type(QStringLiteral("1"));
        NeighbourTable& neighbours = page()->editor().neighbours();
        QCOMPARE(neighbours.valueText(0), QStringLiteral("1.0078125"));
        QCOMPARE(neighbours.valueText(2), QStringLiteral("0.99609375"));
        QCOMPARE(neighbours.gapText(0), QStringLiteral("2⁻⁷"));
        QCOMPARE(neighbours.gapText(2), QStringLiteral("2⁻⁸"));
        QTest::mouseClick(neighbours.upButton(), Qt::LeftButton);
        QCOMPARE(fixture_.entry("bf16").stored.value, 1.0078125);
        QTest::mouseClick(neighbours.copyButton(), Qt::LeftButton);
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("1.0078125"));
        neighbours.downButton()->setFocus();
        QTest::keyClick(neighbours.downButton(), Qt::Key_Space);
        QCOMPARE(fixture_.entry("bf16").stored.value, 1.0);
        fixture_.type(QStringLiteral("inf"));
        QVERIFY(!neighbours.upButton()->isEnabled());
        QCOMPARE(neighbours.valueText(2), QString::fromStdString(exactDecimalText(limits(format("bf16")).max)));
    }

    void theExactValueIsThereInFull() {
        QVERIFY(page()->formats().typeBits("fp64", QStringLiteral("0x0000000000000001")));
        QCOMPARE(page()->editor().exactDecimal().replace(QChar(0x2212), '-'),
                 QString::fromStdString(exactDecimalText(0x1p-1074)));
        QVERIFY(page()->editor().exactDecimal().size() > 750);
    }

    void everyControlHasANameAndNothingIsClippedAtAnySize() {
        for (const QSize size : {QSize(1440, 900), QSize(1100, 700), QSize(1024, 640)})
            for (const char* shown : {"formats?value=0.1", "formats?value=1/3&select=fp64&round=stochastic&show=all"}) {
                QVERIFY(page()->restore(shown));
                fixture_.window->resize(size);
                QCOMPARE(fixture_.window->size(), size);
                QTRY_COMPARE_WITH_TIMEOUT(test::partThatDoesNotFit(*page()), QString(), 20000);
                QTest::qWait(50);  // what the page's own width changed in it
                QCOMPARE(test::partThatDoesNotFit(*page()), QString());
                QCOMPARE(test::controlWithoutName(*page()), QString());
                for (const auto* button : page()->findChildren<QPushButton*>())
                    QVERIFY2(!button->isVisible() ||
                                 button->width() >= button->fontMetrics().horizontalAdvance(button->text()),
                             qPrintable(button->text()));
                for (const auto* row : page()->table().rows()) QVERIFY(row->bits().geometry().right() <= row->width());
            }
    }
};

QTEST_MAIN(TestFormatsPage)
#include "test_formats_page.moc"
