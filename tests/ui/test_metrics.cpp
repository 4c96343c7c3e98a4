#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QMenu>
#include <QTest>

#include "compare/finding_card.h"
#include "compare/metric_model.h"
#include "compare/metric_table.h"
#include "compare/run_words.h"
#include "report_fixture.h"
#include "theme/theme.h"

using namespace mantissa;
using namespace mantissa::ui;
using mantissa::ui::test::makeReport;

class TestMetrics final : public QObject {
    Q_OBJECT

    static QString cell(const MetricModel& model, const QString& row, int column) {
        for (int i = 0; i < model.rowCount(); ++i)
            if (model.headerData(i, Qt::Vertical, Qt::DisplayRole).toString() == row)
                return model.data(model.index(i, column), Qt::DisplayRole).toString();
        return QStringLiteral("no such row");
    }

  private slots:
    void initTestCase() {
        Theme::instance().install();
        Theme::instance().setMode(ThemeMode::light);
    }

    void theModelKeepsItsPromises() {
        MetricModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setReport(makeReport());
        QCOMPARE(model.columnCount(), 3);
        model.setReport(makeReport({.candidates = {"bf16"}}));
        QCOMPARE(model.columnCount(), 1);
        model.setReport(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void cellsSayWhatTheReportSays() {
        const auto report = makeReport();
        MetricModel model;
        model.setReport(report);
        QCOMPARE(cell(model, "Same top-1", 0), QStringLiteral("yes"));
        QCOMPARE(cell(model, "Same top-1", 2), QStringLiteral("✕ no"));
        QVERIFY(cell(model, "Margin to runner-up", 2).startsWith(QStringLiteral("−")));
        QCOMPARE(cell(model, "Cosine", 0).size(), 8);
        QCOMPARE(cell(model, "NaN or ∞ outputs", 0), QStringLiteral("no such row"));
        model.setReport(makeReport({.candidates = {"bf16"}, .notFinite = "bf16"}));
        QCOMPARE(cell(model, "NaN or ∞ outputs", 0), QStringLiteral("3"));
        QCOMPARE(cell(model, "Same top-1", 0), QStringLiteral("✕ NaN"));
        QCOMPARE(cell(model, "Top-5 in common", 0), QStringLiteral("—"));
    }

    void everyMetricExplainsItself() {
        MetricModel model;
        model.setReport(makeReport());
        for (int row = 0; row < model.rowCount(); ++row)
            QVERIFY(model.headerData(row, Qt::Vertical, Qt::ToolTipRole).toString().size() > 40);
    }

    void theTableIsCopiedInThreeForms() {
        MetricTable table;
        table.setReport(makeReport());
        QMenu menu;
        table.fillCopyMenu(menu);
        QCOMPARE(menu.actions().size(), 3);
        const QString separators[]{QStringLiteral("\t"), QStringLiteral("|"), QStringLiteral(",")};
        for (int i = 0; i < 3; ++i) {
            QGuiApplication::clipboard()->clear();
            menu.actions().at(i)->trigger();
            const QString text = QGuiApplication::clipboard()->text();
            QVERIFY(text.contains(QStringLiteral("SQNR")));
            QVERIFY(text.contains(QStringLiteral("FP8 E4M3 (emulated)")));
            QVERIFY(text.section('\n', 0, 0).count(separators[i]) >= 3);
        }
    }

    void ctrlCCopiesTheTable() {
        MetricTable table;
        table.setReport(makeReport());
        QGuiApplication::clipboard()->clear();
        QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QGuiApplication::clipboard()->text().contains('\t'));
    }

    void badgesFollowMeasurement() {
        const auto report = makeReport();
        QCOMPARE(badgeOf(*report, 1), BadgeKind::native);
        QCOMPARE(badgeOf(*report, 2), BadgeKind::nativeSlow);
        QCOMPARE(badgeOf(*report, 3), BadgeKind::emulated);
        QCOMPARE(slowRuns(*report), std::vector<std::size_t>{2});
        const auto quick = makeReport({.slowFactor = 2.9});
        QCOMPARE(badgeOf(*quick, 2), BadgeKind::native);
        QVERIFY(slowRuns(*quick).empty());
        QCOMPARE(badgeOf(*makeReport({.failing = "fp16"}), 2), BadgeKind::error);
    }

    void theFindingCountsTheFormatsThatKeepTheAnswer() {
        QCOMPARE(findingOf(*makeReport()), QStringLiteral("2 of 3 formats keep the answer, “tabby, tabby cat”"));
        QCOMPARE(findingOf(*makeReport({.candidates = {"bf16"}})),
                 QStringLiteral("BF16 keeps the answer, “tabby, tabby cat”, with half the memory"));
        QCOMPARE(findingOf(*makeReport({.candidates = {"bf16", "fp16"}})),
                 QStringLiteral("Both formats keep the answer, “tabby, tabby cat”"));
        QCOMPARE(findingOf(*makeReport({.candidates = {"bf16", "fp16", "fp64"}})),
                 QStringLiteral("All 3 formats keep the answer, “tabby, tabby cat”"));
        QCOMPARE(findingOf(*makeReport({.candidates = {"e4m3"}})),
                 QStringLiteral("FP8 E4M3 changes the answer from “tabby, tabby cat” to “kind 5”"));
        QVERIFY(findingOf(*makeReport({.candidates = {}})).startsWith(QStringLiteral("FP32 says")));
    }

    void aTieIsCalledATieAndNoFlip() {
        auto report = std::make_shared<CompareReport>(*makeReport({.candidates = {"e4m3"}}));
        const std::size_t answer = report->reference().top.front().index, other = report->runs[1].top.front().index;
        QVERIFY(answer != other);
        report->runs[1].logits[answer] = report->runs[1].logits[other];
        report->comparisons[0].metrics =
            errorMetrics(report->reference().logits, report->runs[1].logits, report->runs[1].format, 5);
        QVERIFY(!keepsAnswer(*report, 1));
        QCOMPARE(findingOf(*report),
                 QStringLiteral("FP8 E4M3 makes the answer a tie, “tabby, tabby cat” with “kind 5”"));
        MetricModel model;
        model.setReport(report);
        QCOMPARE(cell(model, "Same top-1", 0), QStringLiteral("tie"));
        FindingCard card;
        card.setReport(report);
        QStringList said;
        for (const auto* label : card.findChildren<QLabel*>()) said << label->text();
        QVERIFY2(said.contains(QStringLiteral("= tie: tabby, kind 5")), qPrintable(said.join('|')));
    }

    void notANumberIsNeverDroppedSilently() {
        QVERIFY(findingDetailOf(*makeReport({.notFinite = "bf16"}))
                    .contains(QStringLiteral("3 of BF16's outputs are NaN or infinite")));
    }

    void aFailureIsSaidWhole() {
        const auto report = makeReport({.failing = "bf16"});
        QVERIFY(findingDetailOf(*report).contains(QString::fromStdString(report->runs[1].error->text())));
    }

    void shareOfMemoryIsSaidInWords() {
        QCOMPARE(shareText(11, 22, "FP32"), QStringLiteral("½ of FP32"));
        QCOMPARE(shareText(22, 22, "FP32"), QStringLiteral("as FP32"));
        QCOMPARE(shareText(16, 22, "FP32"), QStringLiteral("73 % of FP32"));
    }

    void namesFromFilesAreNeverTakenForHtml() {
        auto report = std::make_shared<CompareReport>(*makeReport({.candidates = {"bf16"}}));
        auto model = std::make_shared<Model>(*report->model);
        model->labels[3] = "<b>%1 bold</b> & %2";
        report->model = model;
        for (auto& run : report->runs) run.top.front().label = model->labels[3];
        QVERIFY(findingOf(*report).contains(QStringLiteral("“<b>%1 bold</b> & %2”")));
        FindingCard card;
        card.setReport(report);
        for (const auto* label : card.findChildren<QLabel*>()) QVERIFY(label->textFormat() == Qt::PlainText);
    }

    void theCardFollowsTheReport() {
        FindingCard card;
        card.setReport(makeReport());
        QVERIFY(card.finding().startsWith(QStringLiteral("2 of 3")));
        card.setNarrow(true);
        card.setReport(makeReport({.candidates = {"bf16"}}));
        QVERIFY(card.finding().startsWith(QStringLiteral("BF16 keeps")));
    }
};

QTEST_MAIN(TestMetrics)
#include "test_metrics.moc"
