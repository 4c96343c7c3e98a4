#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>
#include <QUndoStack>
#include <memory>

#include "charts/representable_chart.h"
#include "formats/bit_editor.h"
#include "formats/custom_format.h"
#include "formats/format_table.h"
#include "formats/formats_session.h"
#include "formats/limits_table.h"
#include "formats/neighbour_table.h"
#include "formats/stagnation_line.h"
#include "formats/value_bar.h"
#include "formats/value_field.h"
#include "main_window.h"
#include "pages/formats_page.h"
#include "session/session.h"
#include "session/settings.h"
#include "theme/theme.h"
#include "widgets/bit_row.h"
#include "widgets/segmented_control.h"
#include "window/job_status.h"

using namespace mantissa;
using namespace mantissa::ui;

/// The Formats page in its window, driven by keyboard and mouse.
class TestFormatsPage final : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<Settings> settings_;
    std::unique_ptr<MainWindow> window_;
    FormatsPage* page_ = nullptr;

    const FormatEntry& entry(const char* key) const { return page_->formats().entry(key); }
    BitRow& bits(const char* key) const { return page_->table().row(key)->bits(); }
    ValueField* field() const { return page_->valueBar().field(); }
    void type(const QString& text) {
        field()->setFocus();
        field()->selectAll();
        QTest::keyClicks(field(), text);
    }
    void clickBit(BitRow& row, int bit) { QTest::mouseClick(&row, Qt::LeftButton, {}, row.cellRect(bit).center()); }
    void drag(BitRow& row, int from, int to) {
        QTest::mousePress(&row, Qt::LeftButton, {}, row.cellRect(from).center());
        QTest::mouseMove(&row, row.cellRect(to).center());
        QTest::mouseRelease(&row, Qt::LeftButton, {}, row.cellRect(to).center());
    }

  private slots:
    void initTestCase() { Theme::instance().install(); }

    void init() {
        settings_.reset();  // or its unwritten values would reach the next test
        QFile::remove(folder_.filePath("settings.ini"));
        settings_ = std::make_unique<Settings>(folder_.filePath("settings.ini"));
        settings_->set(option::kTheme, 1);
        window_ = std::make_unique<MainWindow>(*settings_);
        window_->resize(1440, 900);
        window_->show();
        QVERIFY(QTest::qWaitForWindowActive(window_.get()));
        page_ = window_->findChild<FormatsPage*>();
        QVERIFY(page_);
        for (std::size_t i = 0; i < window_->pages().size(); ++i)
            if (window_->pages()[i] == page_) window_->showPage(static_cast<int>(i));
        QVERIFY(page_->isVisible());
        QCOMPARE(window_->size(), QSize(1440, 900));
        QCoreApplication::processEvents();  // layouts of the page just shown
    }
    void cleanup() { window_.reset(); }

    void aTenthIsThereInEveryFormat() {
        QCOMPARE(page_->table().rows().size(), std::size_t{9});
        QCOMPARE(field()->text(), QStringLiteral("0.1"));
        QCOMPARE(entry("fp64").stored.code, std::uint64_t{0x3FB999999999999A});
        QCOMPARE(entry("fp32").stored.code, std::uint64_t{0x3DCCCCCD});
        QCOMPARE(entry("fp16").stored.code, std::uint64_t{0x2E66});
        QCOMPARE(entry("bf16").stored.code, std::uint64_t{0x3DCD});
        QCOMPARE(entry("e4m3").stored.code, std::uint64_t{0x1D});
        QCOMPARE(entry("e5m2").stored.code, std::uint64_t{0x2E});
        QCOMPARE(entry("int8").outcome, Outcome::toZero);
        QCOMPARE(bits("bf16").code(), std::uint64_t{0x3DCD});
        QCOMPARE(page_->editor().exactDecimal(), QStringLiteral("0.10009765625"));
        QVERIFY(page_->editor().formulaText().startsWith(QStringLiteral("+1.1001101₂ × 2⁻⁴")));
        QVERIFY(page_->editor().classText().startsWith(QStringLiteral("Normal number")));
    }

    void aClickFlipsABitAndEveryFormatFollows() {
        clickBit(bits("bf16"), 0);
        QCOMPARE(entry("bf16").stored.code, std::uint64_t{0x3DCC});
        QCOMPARE(field()->text(), QStringLiteral("0.099609375"));
        QCOMPARE(entry("fp32").stored.value, 0.099609375);
        QCOMPARE(entry("fp32").outcome, Outcome::exact);
        clickBit(bits("fp16"), 15);
        QCOMPARE(page_->formats().state().selected, std::string("fp16"));
        QCOMPARE(entry("bf16").stored.value, -0.099609375);
        QCOMPARE(page_->editor().bits().format().name, std::string("fp16"));
    }

    void aDragPaintsAndIsOneStepOfUndo() {
        const int before = window_->session().undoStack().count();
        drag(bits("fp32"), 22, 16);
        // Bit 22 was 1 (0x4CCCCD): the drag paints zeros.
        QCOMPARE(entry("fp32").stored.code & 0x7F0000, std::uint64_t{0});
        QCOMPARE(window_->session().undoStack().count(), before + 1);
        QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(entry("fp32").stored.code, std::uint64_t{0x3DCCCCCD});
        QCOMPARE(field()->text(), QStringLiteral("0.1"));
        QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(entry("fp32").stored.code & 0x7F0000, std::uint64_t{0});
    }

    void bitsAreReachedAndChangedByKeyboardAlone() {
        field()->setFocus();
        BitRow& row = bits("bf16");
        for (int i = 0; i < 60 && QApplication::focusWidget() != &row; ++i)
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        QCOMPARE(QApplication::focusWidget(), &row);
        QTest::keyClick(&row, Qt::Key_S);
        QCOMPARE(row.cursor(), 15);
        QTest::keyClick(&row, Qt::Key_Space);
        QCOMPARE(entry("bf16").stored.value, -0.10009765625);
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
        QCOMPARE(entry("bf16").stored.code, std::uint64_t{0xBDCF});
        QTest::keyClick(&row, Qt::Key_Home);
        QTest::keyClick(&row, Qt::Key_0);
        QCOMPARE(entry("bf16").stored.code, std::uint64_t{0x3DCF});
        // Up and Down are one unit in the last place.
        QTest::keyClick(&row, Qt::Key_Up);
        QCOMPARE(entry("bf16").stored.code, std::uint64_t{0x3DD0});
        QTest::keyClick(&row, Qt::Key_Down);
        QTest::keyClick(&row, Qt::Key_Down);
        QCOMPARE(entry("bf16").stored.code, std::uint64_t{0x3DCE});
        // A bit row is one stop: Tab leaves it.
        QTest::keyClick(&row, Qt::Key_Tab);
        QVERIFY(QApplication::focusWidget() != &row);
    }

    void bitsAreCopiedAndPasted() {
        BitRow& row = bits("e4m3");
        row.setFocus();
        QTest::keyClick(&row, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("0b0_0011_101"));
        QGuiApplication::clipboard()->setText(QStringLiteral("0x7e"));
        QTest::keyClick(&row, Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(entry("e4m3").stored.value, 448.0);
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
            type(QString::fromLatin1(text));
            QCOMPARE(entry("bf16").stored.value, value);
            QVERIFY(!field()->property("invalid").toBool());
        }
        type(QStringLiteral("nan"));
        QVERIFY(std::isnan(entry("bf16").stored.value));
        type(QStringLiteral("-inf"));
        QCOMPARE(entry("fp16").stored.value, -std::numeric_limits<double>::infinity());
    }

    void whatIsNotUnderstoodIsSaidAndTheValueStays() {
        type(QStringLiteral("0.25"));
        type(QStringLiteral("0.2x"));
        QVERIFY(field()->property("invalid").toBool());
        QCOMPARE(entry("fp64").stored.value, 0.2);  // the last text that was a number
        QTRY_VERIFY(page_->valueBar().problemLabel()->isVisible());
        QVERIFY(page_->valueBar().problemLabel()->text().contains(QStringLiteral("x")));
        QTest::keyClick(field(), Qt::Key_Escape);
        QVERIFY(!field()->property("invalid").toBool());
        QVERIFY(!page_->valueBar().problemLabel()->isVisible());
    }

    void typingIsOneStepOfUndo() {
        const int before = window_->session().undoStack().count();
        type(QStringLiteral("12.5"));
        QCOMPARE(window_->session().undoStack().count(), before + 1);
        QTest::keyClick(field(), Qt::Key_Return);
        QTest::keyClick(field(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(field()->text(), QStringLiteral("0.1"));
        QCOMPARE(entry("fp32").stored.code, std::uint64_t{0x3DCCCCCD});
    }

    void upAndDownInTheFieldAreOneUlpAndAltOne() {
        type(QStringLiteral("1"));
        QTest::keyClick(field(), Qt::Key_Up);
        QCOMPARE(entry("bf16").stored.value, 1.0078125);
        QCOMPARE(field()->text(), QStringLiteral("1.0078125"));
        QTest::keyClick(field(), Qt::Key_Down);
        QTest::keyClick(field(), Qt::Key_Down);
        QCOMPARE(entry("bf16").stored.value, 0.99609375);
        QTest::keyClick(field(), Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(entry("fp64").stored.value, 1.99609375);
        QTest::keyClick(field(), Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(entry("fp64").stored.value, 0.99609375);
    }

    void quickValuesAndTheirOutcomes() {
        for (auto* button : page_->valueBar().quickValues())
            if (button->text() == QStringLiteral("70000")) {
                QVERIFY(button->isVisible());
                QTest::mouseClick(button, Qt::LeftButton);
            }
        QCOMPARE(field()->text(), QStringLiteral("70000"));
        QCOMPARE(entry("fp16").outcome, Outcome::toInfinity);
        QCOMPARE(entry("e4m3").outcome, Outcome::toNan);
        QCOMPARE(entry("e5m2").outcome, Outcome::toInfinity);
        QCOMPARE(entry("int8").outcome, Outcome::clipped);
        QCOMPARE(entry("bf16").outcome, Outcome::rounded);
        page_->valueBar().overflowBox()->setFocus();
        QTest::keyClick(page_->valueBar().overflowBox(), Qt::Key_Down);
        QCOMPARE(page_->formats().state().overflow, Overflow::saturate);
        QCOMPARE(entry("fp16").stored.value, 65504.0);
        QCOMPARE(entry("fp16").outcome, Outcome::clipped);
        QCOMPARE(entry("e4m3").stored.value, 448.0);
        type(QStringLiteral("1e-60"));
        QCOMPARE(entry("fp32").outcome, Outcome::toZero);
        QCOMPARE(entry("fp64").outcome, Outcome::rounded);
        type(QStringLiteral("nan"));
        QCOMPARE(entry("int8").outcome, Outcome::noNan);
        type(QStringLiteral("65500"));  // nearest FP16 is 65504, the largest: rounding, not clipping
        QCOMPARE(entry("fp16").outcome, Outcome::rounded);
    }

    void roundingIsChosenByKeyboardAndStochasticHasASeed() {
        QVERIFY(!page_->valueBar().seedField()->isVisible());
        SegmentedControl* segments = page_->valueBar().roundingSegments();
        QVERIFY(segments->isVisible());
        segments->setFocus();
        for (int i = 0; i < 2; ++i) QTest::keyClick(segments, Qt::Key_Right);
        QCOMPARE(page_->formats().state().rounding, Rounding::towardZero);
        QCOMPARE(entry("bf16").stored.code, std::uint64_t{0x3DCC});
        for (int i = 0; i < 4; ++i) QTest::keyClick(segments, Qt::Key_Right);
        QCOMPARE(page_->formats().state().rounding, Rounding::stochastic);
        QVERIFY(page_->valueBar().seedField()->isVisible());
        // Some seed rounds up, some down: 0.1 lies 0.8 of a unit above the value below.
        bool up = false, down = false;
        for (int seed = 0; seed < 64; ++seed) {
            page_->valueBar().seedField()->setValue(seed);
            (entry("bf16").stored.code == 0x3DCD ? up : down) = true;
        }
        QVERIFY(up && down);
        QVERIFY(entry("bf16").stored.code == 0x3DCC || entry("bf16").stored.code == 0x3DCD);
    }

    void hexAndStoredValueAreEditedInPlace() {
        FormatRow* row = page_->table().row("fp16");
        row->bits().setFocus();
        QTest::keyClick(&row->bits(), Qt::Key_F2);
        QVERIFY(row->editor());
        row->editor()->selectAll();
        QTest::keyClicks(row->editor(), QStringLiteral("0x3C01"));
        QTest::keyClick(row->editor(), Qt::Key_Return);
        QVERIFY(!row->editor());
        QCOMPARE(entry("fp16").stored.value, 1.0009765625);
        QCOMPARE(page_->formats().state().selected, std::string("fp16"));
        QTest::keyClick(&row->bits(), Qt::Key_F3);
        row->editor()->selectAll();
        QTest::keyClicks(row->editor(), QStringLiteral("eps"));  // that of this row's format
        QTest::keyClick(row->editor(), Qt::Key_Return);
        QCOMPARE(entry("fp16").stored.value, 0x1p-10);
        // Too many bits: the editor stays, and says why.
        QTest::keyClick(&row->bits(), Qt::Key_F2);
        row->editor()->selectAll();
        QTest::keyClicks(row->editor(), QStringLiteral("12345"));
        QTest::keyClick(row->editor(), Qt::Key_Return);
        QVERIFY(row->editor());
        QVERIFY(row->editor()->accessibleDescription().contains(QStringLiteral("16 bits")));
        QTest::keyClick(row->editor(), Qt::Key_Escape);
        QVERIFY(!row->editor());
        QCOMPARE(entry("fp16").stored.value, 0x1p-10);
    }

    void theLargeEditorFlipsStepsAndNamesTheClass() {
        BitRow& large = page_->editor().bits();
        clickBit(large, 6);
        QCOMPARE(entry("bf16").stored.code, std::uint64_t{0x3D8D});
        page_->editor().hexField()->setFocus();
        page_->editor().hexField()->selectAll();
        QTest::keyClicks(page_->editor().hexField(), QStringLiteral("0x0001"));
        QTest::keyClick(page_->editor().hexField(), Qt::Key_Return);
        QCOMPARE(entry("bf16").stored.value, 0x1p-133);
        QVERIFY(page_->editor().classText().startsWith(QStringLiteral("Subnormal number")));
        QVERIFY(page_->editor().formulaText().startsWith(QStringLiteral("+0.0000001₂ × 2⁻¹²⁶")));
        const std::pair<const char*, const char*> classes[]{{"0x7f80", "Infinity"},
                                                            {"0xff80", "Negative infinity"},
                                                            {"0x7fc0", "Quiet NaN (qNaN)"},
                                                            {"0x7f81", "Signalling NaN (sNaN)"},
                                                            {"0x0000", "Zero"},
                                                            {"0x8000", "Negative zero"}};
        for (const auto& [hex, word] : classes) {
            QVERIFY(page_->formats().typeBits("bf16", QString::fromLatin1(hex)));
            QVERIFY2(page_->editor().classText().startsWith(QString::fromLatin1(word)),
                     qPrintable(page_->editor().classText()));
            // The payload stays what it is.
            QCOMPARE(hexText(entry("bf16").format, entry("bf16").stored.code).toLower(), QString::fromLatin1(hex));
        }
    }

    void neighboursAreGoneToAndCopied() {
        type(QStringLiteral("1"));
        NeighbourTable& neighbours = page_->editor().neighbours();
        QCOMPARE(neighbours.valueText(0), QStringLiteral("1.0078125"));
        QCOMPARE(neighbours.valueText(2), QStringLiteral("0.99609375"));
        QCOMPARE(neighbours.gapText(0), QStringLiteral("2⁻⁷"));
        QCOMPARE(neighbours.gapText(2), QStringLiteral("2⁻⁸"));
        QTest::mouseClick(neighbours.upButton(), Qt::LeftButton);
        QCOMPARE(entry("bf16").stored.value, 1.0078125);
        QTest::mouseClick(neighbours.copyButton(), Qt::LeftButton);
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("1.0078125"));
        neighbours.downButton()->setFocus();
        QTest::keyClick(neighbours.downButton(), Qt::Key_Space);
        QCOMPARE(entry("bf16").stored.value, 1.0);
        type(QStringLiteral("inf"));
        QVERIFY(!neighbours.upButton()->isEnabled());
        QCOMPARE(neighbours.valueText(2), QString::fromStdString(exactDecimalText(limits(format("bf16")).max)));
    }

    void theExactValueIsThereInFull() {
        QVERIFY(page_->formats().typeBits("fp64", QStringLiteral("0x0000000000000001")));
        QCOMPARE(page_->editor().exactDecimal().replace(QChar(0x2212), '-'),
                 QString::fromStdString(exactDecimalText(0x1p-1074)));
        QVERIFY(page_->editor().exactDecimal().size() > 750);
    }

    void theCustomFormatIsLive() {
        CustomFormat& custom = page_->customFormat();
        custom.exponentSlider()->setFocus();
        QTest::keyClick(custom.exponentSlider(), Qt::Key_Left);
        QCOMPARE(entry("custom").format.name, std::string("e5m9"));
        custom.fractionField()->setValue(10);
        QCOMPARE(entry("custom").format.name, std::string("e5m10"));
        QCOMPARE(entry("custom").stored.code, entry("fp16").stored.code);
        QVERIFY(custom.summary().contains(QStringLiteral("16 bits")));
        QCOMPARE(bits("custom").format().name, std::string("e5m10"));
        // Bits of the custom format: a new layout keeps the value, not the code.
        clickBit(bits("custom"), 15);
        const double value = entry("custom").stored.value;
        custom.fractionField()->setValue(11);
        QCOMPARE(entry("custom").stored.value, value);
        custom.fractionField()->setValue(52);
        custom.exponentField()->setValue(11);
        QCOMPARE(entry("custom").format.bits(), 64);
        QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(entry("custom").format.name, std::string("e5m52"));
    }

    void otherFormatsAreShownOnRequest() {
        QComboBox* box = page_->table().formatsBox();
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Down);
        QVERIFY(page_->table().row("e2m1"));
        QVERIFY(!page_->table().row("fp64"));
        QTest::keyClick(box, Qt::Key_Down);
        QVERIFY(page_->table().row("int32"));
        type(QStringLiteral("-300"));
        QCOMPARE(entry("int8").stored.code, std::uint64_t{0x80});
        QCOMPARE(entry("int16").stored.code, std::uint64_t{0xFED4});
        QCOMPARE(entry("uint8").outcome, Outcome::clipped);
        clickBit(bits("int16"), 15);
        QCOMPARE(entry("int16").stored.value, 32468.0);
        QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(page_->table().rows().size(), knownFormats().size() + 1);
    }

    void limitsAreSortedAndCopiedAndSaved() {
        LimitsTable& limits = page_->limitsTable();
        limits.sortByColumn(1, Qt::AscendingOrder);
        DataTable table = limits.table();
        QCOMPARE(table.rows.front().front(), QStringLiteral("INT8"));
        QCOMPARE(table.rows.back().front(), QStringLiteral("FP64"));
        limits.setFocus();
        QTest::keyClick(&limits, Qt::Key_C, Qt::ControlModifier);
        const QString tsv = QGuiApplication::clipboard()->text();
        QVERIFY(tsv.contains(QStringLiteral("65504")));
        QVERIFY(tsv.startsWith(QStringLiteral("Format\t")));
        const QString path = folder_.filePath("limits.csv");
        QVERIFY(limits.save(path).isEmpty());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromUtf8(file.readAll()), table.csv());
        QVERIFY(!limits.save(QStringLiteral("/absent/limits.csv")).isEmpty());
    }

    void copyAllGivesEveryErrorAndTheExactValue() {
        const DataTable table = page_->table().table();
        QCOMPARE(table.rows.size(), std::size_t{9});
        QVERIFY(table.tsv().contains(QStringLiteral("0.1000000000000000055511151231257827021181583404541015625")));
        QVERIFY(table.tsv().contains(QStringLiteral("underflow")));
        for (auto* button : page_->findChildren<QPushButton*>())
            if (button->text() == QStringLiteral("Copy all")) {
                QVERIFY(button->menu());
                button->menu()->actions().front()->trigger();
            }
        QCOMPARE(QGuiApplication::clipboard()->text(), table.tsv());
    }

    void sumsThatStagnateAreNamed() {
        type(QStringLiteral("256"));
        StagnationLine& line = page_->stagnation();
        line.field()->setFocus();
        line.field()->selectAll();
        QTest::keyClicks(line.field(), QStringLiteral("1"));
        QVERIFY(page_->formats().stagnates(entry("bf16")));  // 257 is a tie, and even is 256
        QVERIFY(!page_->formats().stagnates(entry("fp16")));
        QVERIFY(page_->formats().stagnates(entry("e4m3")));
        QVERIFY2(line.text().contains(QStringLiteral("BF16")), qPrintable(line.text()));
        QVERIFY(!line.text().contains(QStringLiteral("FP16,")));
        line.field()->selectAll();
        QTest::keyClicks(line.field(), QStringLiteral("3"));
        QVERIFY(!page_->formats().stagnates(entry("bf16")));
    }

    void theStateIsTextAndComesBack() {
        const std::string start = stateText(FormatsState{});
        QCOMPARE(start, std::string("formats?value=0.1"));
        QVERIFY(page_->restore("formats?bf16=0x3f80"));
        QCOMPARE(entry("bf16").stored.code, std::uint64_t{0x3F80});
        QCOMPARE(entry("fp32").stored.value, 1.0);
        QVERIFY(page_->restore(
            "formats?value=1/3&select=fp16&round=down&overflow=saturate&seed=7&custom=e3m4&show=all&add=1"));
        const FormatsState state = page_->formats().state();
        QCOMPARE(state.rounding, Rounding::down);
        QCOMPARE(state.seed, std::uint64_t{7});
        QCOMPARE(state.custom.name, std::string("e3m4"));
        QCOMPARE(*parseState(stateText(state)), state);
        FormatsState bits = state;
        bits.source = SourceBits{"custom", 0x5A};
        bits.selected = "custom";
        QCOMPARE(*parseState(stateText(bits)), bits);
        FormatsState typed = state;
        typed.source = TypedText{.text = "max / 3 & more", .readIn = "e4m3"};
        QVERIFY(stateText(typed).find("%26") != std::string::npos);
        for (const char* bad :
             {"formats?nonsense", "formats?bf16=0x13f80", "formats?value=1x", "formats?round=sideways",
              "formats?e99m1=0x1", "formats?value=%2", "compare?x=1", "formats?seed=-1"}) {
            const auto status = page_->restore(bad);
            QVERIFY2(!status.ok(), bad);
            QVERIFY(!status.error().message.empty());
        }
        QCOMPARE(page_->formats().state(), state);
        // Restoring is undone like everything else.
        QTest::keyClick(window_.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(entry("bf16").stored.code, std::uint64_t{0x3F80});
    }

    void theChartShowsNeighboursRangesAndCodes() {
        RepresentableChart& chart = page_->representable();
        QVERIFY(chart.finding().contains(QStringLiteral("BF16")));
        QCOMPARE(chart.table().rows.size(), std::size_t{9});
        page_->viewSwitch().setFocus();
        QTest::keyClick(&page_->viewSwitch(), Qt::Key_Right);
        QCOMPARE(chart.view(), RepresentableView::range);
        QTest::keyClick(&page_->viewSwitch(), Qt::Key_Right);
        QCOMPARE(chart.view(), RepresentableView::binades);
        QCOMPARE(chart.table().rows.size(), std::size_t{256});
        type(QStringLiteral("nan"));
        QVERIFY(chart.emptyText().isEmpty());
        QTest::keyClick(&page_->viewSwitch(), Qt::Key_Left);
        QTest::keyClick(&page_->viewSwitch(), Qt::Key_Left);
        QVERIFY(!chart.emptyText().isEmpty());
    }

    void theSelfCheckIsSaidInTheStatusBar() {
        QTRY_VERIFY_WITH_TIMEOUT(page_->session().selfCheckReport() != nullptr, 60000);
        QVERIFY(page_->session().selfCheckReport()->ok());
        const auto* status = window_->findChild<JobStatus*>();
        QVERIFY2(status->text().contains(QStringLiteral("✓ Self-check: all 65\u202F536 FP16 and BF16 codes")),
                 qPrintable(status->text()));
        QVERIFY(status->text().contains(QStringLiteral("match LibTorch")));
        // Once is enough.
        window_->showPage(0);
        QVERIFY(!status->text().contains(QStringLiteral("Self-check")));
        const auto report = page_->session().selfCheckReport();
        window_->showFormats(*parseState("formats?bf16=0x3f80"));
        QVERIFY(page_->isVisible());
        QCOMPARE(page_->session().selfCheckReport(), report);
        QCOMPARE(entry("fp32").stored.value, 1.0);
    }

    void roundingIntervalsHoldWhatRoundsToAValue() {
        for (const char* name : {"bf16", "e4m3", "e2m1", "int8"})
            for (const auto& [rounding, text] : kRoundingNames) {
                if (rounding == Rounding::stochastic) continue;
                const Format& f = format(name);
                for (const double value : {1.0, -1.0, 3.0, 2.0, -4.0}) {
                    const std::uint64_t code = encode(f, value);
                    const RoundingInterval interval = roundingInterval(f, code, rounding);
                    QVERIFY(interval.low <= value && value <= interval.high);
                    if (interval.low == interval.high) continue;
                    const RoundOptions options{.rounding = rounding};
                    const double inside[]{interval.low + (interval.high - interval.low) * 0.01,
                                          interval.high - (interval.high - interval.low) * 0.01};
                    for (const double x : inside) QCOMPARE(roundTo(f, x, options), value);
                }
            }
    }

    void everyControlHasANameAndNothingIsClippedAtAnySize() {
        for (const QSize size : {QSize(1440, 900), QSize(1100, 700), QSize(1024, 640)})
            for (const char* shown : {"formats?value=0.1", "formats?value=1/3&select=fp64&round=stochastic&show=all"}) {
                QVERIFY(page_->restore(shown));
                window_->resize(size);
                QCOMPARE(window_->size(), size);
                const auto end = [this] { return page_->mapTo(window_.get(), QPoint(page_->width(), 0)).x(); };
                QTRY_VERIFY_WITH_TIMEOUT(end() <= window_->width(), 20000);
                QTest::qWait(50);  // what the page's own width changed in it
                for (auto* one : page_->findChildren<QWidget*>()) {
                    if (!one->isVisible() || one->width() == 0 || one->window() != window_.get()) continue;
                    bool scrolled = false;
                    for (auto* up = one->parentWidget(); up && up != page_; up = up->parentWidget())
                        scrolled = scrolled || up->inherits("QAbstractScrollArea");
                    const int right = one->mapTo(page_, QPoint(one->width(), 0)).x();
                    QVERIFY2(scrolled || right <= page_->width() + 1,
                             qPrintable(QStringLiteral("%1 ends at %2 of %3 at %4 px")
                                            .arg(one->metaObject()->className())
                                            .arg(right)
                                            .arg(page_->width())
                                            .arg(size.width())));
                    if (const auto* button = qobject_cast<QPushButton*>(one); button && !button->text().isEmpty())
                        QVERIFY2(button->width() >= button->fontMetrics().horizontalAdvance(button->text()),
                                 qPrintable(button->text()));
                    if (one->focusPolicy() == Qt::NoFocus || one->focusProxy()) continue;
                    const auto* named = qobject_cast<QAbstractButton*>(one);
                    if (one->parentWidget()->inherits("QComboBox") || one->inherits("QComboBoxPrivateContainer") ||
                        one->parentWidget()->inherits("QSpinBox") || one->inherits("QComboBoxListView"))
                        continue;
                    QVERIFY2(!one->accessibleName().isEmpty() || (named && !named->text().isEmpty()),
                             one->metaObject()->className());
                }
                for (const auto* row : page_->table().rows()) QVERIFY(row->bits().geometry().right() <= row->width());
            }
    }
};

QTEST_MAIN(TestFormatsPage)
#include "test_formats_page.moc"
