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
#include "widgets/segmented_control.h"
#include "window/job_status.h"

using namespace mantissa;
using namespace mantissa::ui;

/// Tables, limits, custom format, chart and state of the Formats page, driven by keyboard and mouse.
class TestFormatsTables final : public QObject {
    Q_OBJECT

    test::FormatsFixture fixture_;

    FormatsPage* page() const { return fixture_.page; }

  private slots:
    void initTestCase() { Theme::instance().install(); }
    void init() { QVERIFY(fixture_.open()); }
    void cleanup() { fixture_.window.reset(); }

    void theCustomFormatIsLive() {
        CustomFormat& custom = page()->customFormat();
        custom.exponentSlider()->setFocus();
        QTest::keyClick(custom.exponentSlider(), Qt::Key_Left);
        QCOMPARE(fixture_.entry("custom").format.name, std::string("e5m9"));
        custom.fractionField()->setValue(10);
        QCOMPARE(fixture_.entry("custom").format.name, std::string("e5m10"));
        QCOMPARE(fixture_.entry("custom").stored.code, fixture_.entry("fp16").stored.code);
        QVERIFY(custom.summary().contains(QStringLiteral("16 bits")));
        QCOMPARE(fixture_.bits("custom").format().name, std::string("e5m10"));
        // Bits of the custom format: a new layout keeps the value, not the code.
        fixture_.clickBit(fixture_.bits("custom"), 15);
        const double value = fixture_.entry("custom").stored.value;
        custom.fractionField()->setValue(11);
        QCOMPARE(fixture_.entry("custom").stored.value, value);
        custom.fractionField()->setValue(52);
        custom.exponentField()->setValue(11);
        QCOMPARE(fixture_.entry("custom").format.bits(), 64);
        QTest::keyClick(fixture_.window.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(fixture_.entry("custom").format.name, std::string("e5m52"));
    }

    void theCustomFormatIsThatOfTheComparison() {
        Session& session = fixture_.window->session();
        Choices choices = session.choices();
        choices.candidates = {format("bf16"), choices.custom};
        session.choose(QStringLiteral("Turn on the custom format"), choices);
        page()->customFormat().fractionField()->setValue(7);
        QCOMPARE(session.choices().custom.name, std::string("e6m7"));
        QCOMPARE(session.choices().candidates.back().name, std::string("e6m7"));
        // E4M3 has a toggle of its own: the comparison keeps the custom format that it had.
        page()->customFormat().exponentField()->setValue(4);
        page()->customFormat().fractionField()->setValue(3);
        QCOMPARE(session.choices().custom.name, std::string("e4m3ieee"));
        QTest::mouseClick(page()->customFormat().moreButton(), Qt::LeftButton);
        QTest::keyClick(page()->customFormat().specialsBox(), Qt::Key_Down);
        QCOMPARE(fixture_.entry("custom").format.name, std::string("e4m3"));
        QCOMPARE(session.choices().custom.name, std::string("e4m3ieee"));
        // And the other way round, also through undo.
        session.choose(QStringLiteral("Change the custom format"), withCustom(session.choices(), *findFormat("e5m8")));
        QCOMPARE(fixture_.entry("custom").format.name, std::string("e5m8"));
        QTest::keyClick(fixture_.window.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(session.choices().custom.name, std::string("e4m3ieee"));
        for (int i = 0; i < 4; ++i) QTest::keyClick(fixture_.window.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(fixture_.entry("custom").format.name, std::string("e6m9"));
        QCOMPARE(session.choices().candidates.back().name, std::string("e6m9"));
    }

    void otherFormatsAreShownOnRequest() {
        QComboBox* box = page()->table().formatsBox();
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Down);
        QVERIFY(page()->table().row("e2m1"));
        QVERIFY(!page()->table().row("fp64"));
        QTest::keyClick(box, Qt::Key_Down);
        QVERIFY(page()->table().row("int32"));
        fixture_.type(QStringLiteral("-300"));
        QCOMPARE(fixture_.entry("int8").stored.code, std::uint64_t{0x80});
        QCOMPARE(fixture_.entry("int16").stored.code, std::uint64_t{0xFED4});
        QCOMPARE(fixture_.entry("uint8").outcome, Outcome::clipped);
        fixture_.clickBit(fixture_.bits("int16"), 15);
        QCOMPARE(fixture_.entry("int16").stored.value, 32468.0);
        QTest::keyClick(box, Qt::Key_Down);
        QCOMPARE(page()->table().rows().size(), knownFormats().size() + 1);
    }

    void limitsAreSortedAndCopiedAndSaved() {
        LimitsTable& limits = page()->limitsTable();
        limits.sortByColumn(1, Qt::AscendingOrder);
        DataTable table = limits.table();
        QCOMPARE(table.rows.front().front(), QStringLiteral("INT8"));
        QCOMPARE(table.rows.back().front(), QStringLiteral("FP64"));
        limits.setFocus();
        QTest::keyClick(&limits, Qt::Key_C, Qt::ControlModifier);
        const QString tsv = QGuiApplication::clipboard()->text();
        QVERIFY(tsv.contains(QStringLiteral("65504")));
        QVERIFY(tsv.startsWith(QStringLiteral("Format\t")));
        const QString path = fixture_.folder.filePath("limits.csv");
        QVERIFY(limits.save(path).isEmpty());
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromUtf8(file.readAll()), table.csv());
        QVERIFY(!limits.save(QStringLiteral("/absent/limits.csv")).isEmpty());
    }

    void whoUsesAFormatIsSaidWithItsSource() {
        LimitsTable& limits = page()->limitsTable();
        const auto cell = [&](const QString& title, int role) {
            for (int row = 0; row < limits.model()->rowCount(); ++row)
                if (limits.model()->index(row, 0).data().toString() == title)
                    return limits.model()->index(row, LimitsModel::kColumns - 1).data(role).toString();
            return QString();
        };
        QVERIFY(cell(QStringLiteral("BF16"), Qt::DisplayRole).contains(QStringLiteral("Google TPU")));
        for (const FormatUse& use : usesOf(format("bf16")))
            QVERIFY(cell(QStringLiteral("BF16"), Qt::ToolTipRole)
                        .contains(QString::fromUtf8(use.source.data(), static_cast<qsizetype>(use.source.size()))
                                      .toHtmlEscaped()));
        QVERIFY(cell(QStringLiteral("MXFP4"), Qt::DisplayRole).isEmpty());
        // Formats in blocks stand beside the small ones, and have no bits to select.
        page()->formats().setShown(ShownFormats::small);
        QVERIFY(!cell(QStringLiteral("MXFP4"), Qt::DisplayRole).isEmpty());
        const std::string before = page()->formats().state().selected;
        for (int row = 0; row < limits.model()->rowCount(); ++row)
            if (limits.model()->index(row, 0).data().toString() == QStringLiteral("MXFP4"))
                emit limits.activated(limits.model()->index(row, 0));
        QCOMPARE(page()->formats().state().selected, before);
    }

    void copyAllGivesEveryErrorAndTheExactValue() {
        const DataTable table = page()->table().table();
        QCOMPARE(table.rows.size(), std::size_t{9});
        QVERIFY(table.tsv().contains(QStringLiteral("0.1000000000000000055511151231257827021181583404541015625")));
        QVERIFY(table.tsv().contains(QStringLiteral("underflow")));
        for (auto* button : page()->findChildren<QPushButton*>())
            if (button->text() == QStringLiteral("Copy all")) {
                QVERIFY(button->menu());
                button->menu()->actions().front()->trigger();
            }
        QCOMPARE(QGuiApplication::clipboard()->text(), table.tsv());
    }

    void sumsThatStagnateAreNamed() {
        fixture_.type(QStringLiteral("256"));
        StagnationLine& line = page()->stagnation();
        line.field()->setFocus();
        line.field()->selectAll();
        QTest::keyClicks(line.field(), QStringLiteral("1"));
        QVERIFY(page()->formats().stagnates(fixture_.entry("bf16")));  // 257 is a tie, and even is 256
        QVERIFY(!page()->formats().stagnates(fixture_.entry("fp16")));
        QVERIFY(page()->formats().stagnates(fixture_.entry("e4m3")));
        QVERIFY2(line.text().contains(QStringLiteral("BF16")), qPrintable(line.text()));
        QVERIFY(!line.text().contains(QStringLiteral("FP16,")));
        line.field()->selectAll();
        QTest::keyClicks(line.field(), QStringLiteral("3"));
        QVERIFY(!page()->formats().stagnates(fixture_.entry("bf16")));
    }

    void theStateIsTextAndComesBack() {
        const std::string start = stateText(FormatsState{});
        QCOMPARE(start, std::string("formats?value=0.1"));
        QVERIFY(page()->restore("formats?bf16=0x3f80"));
        QCOMPARE(fixture_.entry("bf16").stored.code, std::uint64_t{0x3F80});
        QCOMPARE(fixture_.entry("fp32").stored.value, 1.0);
        QVERIFY(page()->restore(
            "formats?value=1/3&select=fp16&round=down&overflow=saturate&seed=7&custom=e3m4&show=all&add=1"));
        const FormatsState state = page()->formats().state();
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
            const auto status = page()->restore(bad);
            QVERIFY2(!status.ok(), bad);
            QVERIFY(!status.error().message.empty());
        }
        QCOMPARE(page()->formats().state(), state);
        // Restoring is undone like everything else.
        QTest::keyClick(fixture_.window.get(), Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(fixture_.entry("bf16").stored.code, std::uint64_t{0x3F80});
    }

    void theChartShowsNeighboursRangesAndCodes() {
        RepresentableChart& chart = page()->representable();
        QVERIFY(chart.finding().contains(QStringLiteral("BF16")));
        QCOMPARE(chart.table().rows.size(), std::size_t{9});
        page()->viewSwitch().setFocus();
        QTest::keyClick(&page()->viewSwitch(), Qt::Key_Right);
        QCOMPARE(chart.view(), RepresentableView::range);
        QTest::keyClick(&page()->viewSwitch(), Qt::Key_Right);
        QCOMPARE(chart.view(), RepresentableView::binades);
        QCOMPARE(chart.table().rows.size(), std::size_t{256});
        fixture_.type(QStringLiteral("nan"));
        QVERIFY(chart.emptyText().isEmpty());
        QTest::keyClick(&page()->viewSwitch(), Qt::Key_Left);
        QTest::keyClick(&page()->viewSwitch(), Qt::Key_Left);
        QVERIFY(!chart.emptyText().isEmpty());
    }

    void theSelfCheckIsSaidInTheStatusBar() {
        QTRY_VERIFY_WITH_TIMEOUT(page()->session().selfCheckReport() != nullptr, 60000);
        QVERIFY(page()->session().selfCheckReport()->ok());
        const auto* status = fixture_.window->findChild<JobStatus*>();
        QVERIFY2(status->text().contains(QStringLiteral("✓ Self-check: all 65\u202F536 FP16 and BF16 codes")),
                 qPrintable(status->text()));
        QVERIFY(status->text().contains(QStringLiteral("match LibTorch")));
        // Once is enough.
        fixture_.window->showPage(0);
        QVERIFY(!status->text().contains(QStringLiteral("Self-check")));
        const auto report = page()->session().selfCheckReport();
        fixture_.window->showFormats(*parseState("formats?bf16=0x3f80"));
        QVERIFY(page()->isVisible());
        QCOMPARE(page()->session().selfCheckReport(), report);
        QCOMPARE(fixture_.entry("fp32").stored.value, 1.0);
    }

    void notesFollowFromRoundingOverflowAndValue() {
        struct Case {
            const char* key;
            const char* state;
            const char* note;
        };
        for (const auto& [key, state, note] :
             {Case{"fp16", "value=70000", "from 65520 on it becomes infinity (65504 if saturating)"},
              Case{"fp16", "value=-70000", "from −65520 on it becomes infinity (−65504 if saturating)"},
              Case{"fp16", "value=65510&round=up", "above 65504 it becomes infinity (65504 if saturating)"},
              Case{"fp16", "value=70000&round=stochastic",
                   "above 65504 it can become infinity (65504 if saturating)"},
              Case{"e4m3", "value=500", "above 464 it becomes NaN, for there is no infinity (448 if saturating)"},
              Case{"e4m3fnuz", "value=248", "from 248 on it becomes NaN, for there is no infinity (240 if saturating)"},
              Case{"fp64", "value=1e400",
                   "half a step beyond 1.79769e308 it becomes infinity (1.79769e308 if saturating)"},
              Case{"e8m0", "value=0", "no zero here, so NaN"}, Case{"e8m0", "value=-1", "no sign here, so NaN"},
              Case{"e8m0", "value=1e39",
                   "from 2.55212e38 on it becomes NaN, for there is no infinity (1.70141e38 if saturating)"},
              Case{"int8", "value=0.9&round=toward-zero", "below 1 it becomes 0"},
              Case{"int8", "value=0.5", "up to 0.5 it becomes 0"},
              Case{"int8", "value=-0.4", "down to −0.5 it becomes 0"},
              Case{"fp32", "value=2^-150", "up to 7.00649e−46 it becomes 0"},
              Case{"fp64", "value=2^-1075", "up to half of 4.94066e−324 it becomes 0"},
              Case{"uint8", "value=-0.3", "beyond the range, so the end of it"}}) {
            QVERIFY(page()->restore(std::string("formats?show=all&") + state));
            QCOMPARE(rowNote(fixture_.entry(key)), QString::fromUtf8(note));
        }
        QVERIFY(page()->restore("formats?value=0&show=all"));
        QCOMPARE(outcomeWord(fixture_.entry("e8m0").outcome), QStringLiteral("no zero"));
    }

    void whatUnderflowsFp64IsNotExact() {
        QVERIFY(page()->restore("formats?value=1e-400"));
        for (const char* key : {"fp64", "fp32", "bf16"}) {
            QCOMPARE(fixture_.entry(key).outcome, Outcome::toZero);
            QCOMPARE(outcomeWord(fixture_.entry(key).outcome), QStringLiteral("underflow"));
        }
    }

    void theTextOfBitsReadsBackToThem() {
        QVERIFY(page()->restore("formats?fp32=0x3dcccccd"));
        const QString text = fixture_.field()->text();
        QVERIFY(page()->formats().type(text));
        QCOMPARE(fixture_.entry("fp32").stored.code, std::uint64_t{0x3DCCCCCD});
        QCOMPARE(fixture_.entry("fp32").outcome, Outcome::exact);
        QVERIFY(page()->restore("formats?fp64=0x3fb999999999999a"));
        QVERIFY(page()->formats().type(fixture_.field()->text()));
        QCOMPARE(fixture_.entry("fp64").outcome, Outcome::exact);
    }

    void specialCodesBiasAndSubnormalsOfTheCustomFormatAreChosen() {
        CustomFormat& custom = page()->customFormat();
        QVERIFY(!custom.biasField()->isVisible());
        QTest::mouseClick(custom.moreButton(), Qt::LeftButton);
        QTRY_VERIFY(custom.biasField()->isVisible());
        custom.biasField()->setValue(20);
        QCOMPARE(fixture_.entry("custom").format.name, std::string("e6m9b20"));
        custom.subnormalsBox()->click();
        QCOMPARE(fixture_.entry("custom").format.name, std::string("e6m9b20nosub"));
        custom.specialsBox()->setFocus();
        QTest::keyClick(custom.specialsBox(), Qt::Key_Down);
        QCOMPARE(fixture_.entry("custom").format.name, std::string("e6m9b20fnnosub"));
        // Sliders keep all of it.
        QTest::keyClick(custom.exponentSlider(), Qt::Key_Left);
        QTest::keyClick(custom.fractionSlider(), Qt::Key_Right);
        QCOMPARE(fixture_.entry("custom").format.name, std::string("e5m10b20fnnosub"));
        // A format there cannot be leaves the one there is, and the controls on it.
        custom.biasField()->setValue(2000);
        QCOMPARE(fixture_.entry("custom").format.name, std::string("e5m10b20fnnosub"));
        QCOMPARE(custom.biasField()->value(), 20);
        QVERIFY(custom.summary().contains(QStringLiteral("no such format")));
    }

    void aCustomFormatWithAKnownNameComesBackAsTheCustomOne() {
        FormatsState state;
        state.custom = *findFormat("e4m3");
        state.source = SourceBits{"custom", 0x1D};
        state.selected = "custom";
        const auto back = parseState(stateText(state));
        QVERIFY(back.ok());
        QCOMPARE(*back, state);
    }

    void copiedLimitsReadBack() {
        const QString tsv = page()->limitsTable().table().tsv();
        QVERIFY2(tsv.contains(QStringLiteral("\t1.7976931348623157e+308\t")), qPrintable(tsv));
        QVERIFY(tsv.contains(QStringLiteral("\t-128\t")));
        for (const QStringList& row : page()->limitsTable().table().rows)
            for (const QString& field : row.mid(1, row.size() - 2)) {
                bool isNumber = false;
                field.toDouble(&isNumber);
                QVERIFY2(isNumber || field.isEmpty(), qPrintable(field));
            }
        page()->viewSwitch().setFocus();
        QTest::keyClick(&page()->viewSwitch(), Qt::Key_Right);
        QVERIFY(page()->representable().table().tsv().contains(QStringLiteral("3.4028234663852886e+38")));
    }
};

QTEST_MAIN(TestFormatsTables)
#include "test_formats_tables.moc"
