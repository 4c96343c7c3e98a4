#include <qcustomplot.h>

#include <QClipboard>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QGuiApplication>
#include <QSignalSpy>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <algorithm>
#include <memory>
#include <set>

#include "charts/chart_export.h"
#include "charts/chart_writer.h"
#include "charts/data_table_dialog.h"
#include "charts/differences_chart.h"
#include "charts/export_all.h"
#include "charts/logits_chart.h"
#include "charts/run_bars_chart.h"
#include "charts/top_classes_chart.h"
#include "report_fixture.h"
#include "theme/theme.h"

using namespace mantissa;
using namespace mantissa::ui;
using mantissa::ui::test::makeReport;
using mantissa::ui::test::ReportShape;

namespace {

/// Pixels of `image` that are close to `color`.
int countOf(const QImage& image, const QColor& color) {
    int count = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = 0; x < image.width(); ++x) {
            const QColor pixel = image.pixelColor(x, y);
            if (std::abs(pixel.red() - color.red()) + std::abs(pixel.green() - color.green()) +
                    std::abs(pixel.blue() - color.blue()) <
                12)
                ++count;
        }
    return count;
}

QByteArray readAll(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// All that is in a folder, hidden files too.
QStringList namesIn(const QString& folder) {
    return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot, QDir::Name);
}

}  // namespace

class TestCharts final : public QObject {
    Q_OBJECT

    std::vector<std::unique_ptr<CompareChart>> allCharts(const std::shared_ptr<const CompareReport>& report) {
        std::vector<std::unique_ptr<CompareChart>> charts;
        charts.push_back(std::make_unique<TopClassesChart>());
        charts.push_back(std::make_unique<DifferencesChart>());
        charts.push_back(std::make_unique<LogitsChart>());
        charts.push_back(std::make_unique<LatencyChart>());
        charts.push_back(std::make_unique<WeightBytesChart>());
        for (auto& chart : charts) {
            chart->resize(420, 280);
            chart->setReport(report);
        }
        return charts;
    }

  private slots:
    void initTestCase() {
        Theme::instance().install();
        Theme::instance().setMode(ThemeMode::light);
    }

    void withoutAReportEveryChartSaysWhatIsMissing() {
        for (auto& chart : allCharts(nullptr)) {
            QVERIFY(!chart->emptyText().isEmpty());
            QVERIFY(!chartBytes(*chart, "png", {}).ok());
        }
    }

    void everyChartHasNameFindingTableAndDescription() {
        std::set<QString> names;
        for (auto& chart : allCharts(makeReport())) {
            names.insert(chart->name());
            QVERIFY(!chart->finding().isEmpty());
            QCOMPARE(chart->accessibleDescription(), chart->finding());
            const DataTable table = chart->table();
            QVERIFY(!table.rows.empty());
            for (const auto& row : table.rows) QCOMPARE(row.size(), table.header.size());
        }
        QCOMPARE(names.size(), std::size_t{5});
    }

    void pngHasTheSizeAndResolutionAskedFor() {
        for (auto& chart : allCharts(makeReport())) {
            ChartExportOptions options;
            options.size = {640, 400};
            options.scale = 3;
            options.dpi = 300;
            const auto bytes = chartBytes(*chart, "png", options);
            QVERIFY(bytes.ok());
            const QImage image = QImage::fromData(*bytes, "PNG");
            QCOMPARE(image.size(), QSize(1920, 1200));
            QCOMPARE(image.dotsPerMeterX(), 11811);
        }
    }

    void picturesShowTheFormatsInTheirColours() {
        auto charts = allCharts(makeReport());
        for (const auto theme : {ExportTheme::light, ExportTheme::dark}) {
            const Scheme scheme = theme == ExportTheme::light ? Scheme::light : Scheme::dark;
            const QImage image = chartImage(*charts[0], {.size = {800, 480}, .scale = 1, .theme = theme});
            for (const char* name : {"fp32", "bf16", "fp16", "e4m3"})
                QVERIFY2(countOf(image, lookOf(format(name)).color(scheme)) > 60, name);
            QVERIFY(countOf(image, tokens(scheme).card) > image.width() * image.height() / 3);
        }
    }

    void greyscaleHoldsNoColour() {
        for (auto& chart : allCharts(makeReport())) {
            const QImage image = chartImage(*chart, {.size = {600, 400}, .scale = 1, .theme = ExportTheme::greyscale});
            for (int y = 0; y < image.height(); ++y)
                for (int x = 0; x < image.width(); ++x) {
                    const QRgb pixel = image.pixel(x, y);
                    if (qRed(pixel) != qGreen(pixel) || qGreen(pixel) != qBlue(pixel)) QFAIL(qPrintable(chart->name()));
                }
        }
    }

    void svgIsValidAndCarriesTheFinding() {
        for (auto& chart : allCharts(makeReport())) {
            const auto bytes =
                chartBytes(*chart, "svg", {.size = {640, 400}, .caption = QStringLiteral("made-up caption")});
            QVERIFY(bytes.ok());
            QSvgRenderer renderer(*bytes);
            QVERIFY2(renderer.isValid(), qPrintable(chart->name()));
            QCOMPARE(renderer.viewBox().size(), QSize(640, 400));
            QVERIFY(bytes->contains("made-up caption"));
            QVERIFY(!bytes->contains("<image"));  // vectors, not a picture in disguise
        }
    }

    void pdfHasOnePageOfTheSize() {
        for (auto& chart : allCharts(makeReport())) {
            const auto bytes = chartBytes(*chart, "pdf", {.size = {640, 400}});
            QVERIFY(bytes.ok());
            QVERIFY(bytes->startsWith("%PDF-"));
            QVERIFY(bytes->trimmed().endsWith("%%EOF"));
            QVERIFY(bytes->contains("/MediaBox [0 0 480.000000 300.000000]"));  // points: 640 × 400 px at 96 dpi
            QCOMPARE(bytes->count("/Type /Page\n"), 1);
        }
    }

    void unknownKindsAreRefused() {
        auto charts = allCharts(makeReport());
        QTemporaryDir folder;
        const auto saved = saveChart(*charts[0], folder.filePath("chart.gif").toStdString(), {});
        QVERIFY(!saved.ok());
        QVERIFY(saved.error().message.find(".png") != std::string::npos);
        QVERIFY(!QFile::exists(folder.filePath("chart.gif")));
    }

    void whatCannotBeWrittenIsAnErrorAndLeavesNothing() {
        auto charts = allCharts(makeReport());
        QTemporaryDir folder;
        const auto saved = saveChart(*charts[0], folder.filePath("absent/chart.png").toStdString(), {});
        QVERIFY(!saved.ok());
        QVERIFY(QDir(folder.path()).isEmpty());
    }

    void allChartsGoIntoAFolder() {
        QTemporaryDir folder;
        const auto target = std::filesystem::path(folder.path().toStdString()) / "new" / "charts";
        const auto written = exportCharts(*makeReport(), target);
        QVERIFY(written.ok());
        QVERIFY(written->size() >= 3 + 1 + 3 * 3);
        for (const auto& path : *written) QVERIFY2(!QImage::fromData(readAll(path)).isNull(), path.c_str());
        QVERIFY(std::filesystem::exists(target / "differences-bf16.png"));
        QVERIFY(std::filesystem::exists(target / "logits-e4m3.png"));
    }

    void chartsAreWrittenWithoutHoldingUpTheWindow() {
        QTemporaryDir folder;
        ChartWriter writer;
        QSignalSpy progress(&writer, &ChartWriter::progress), finished(&writer, &ChartWriter::finished);
        // What the event loop does between two charts: a timer of the same thread that fires all the while.
        int turns = 0;
        QElapsedTimer since;
        qint64 longest = 0;
        QTimer pulse;
        connect(&pulse, &QTimer::timeout, &pulse, [&] {
            longest = std::max(longest, since.restart());
            ++turns;
        });
        auto charts = chartsOf(makeReport(), folder.path().toStdString(), {});
        const auto asked = charts.size();
        since.start();
        pulse.start(0);
        writer.start(std::move(charts));
        QVERIFY(writer.busy());
        QCOMPARE(progress.count(), 0);  // nothing is painted before the caller has returned
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, 60000);
        qInfo("%zu charts, longest turn of the event loop %lld ms", asked, static_cast<long long>(longest));
        QVERIFY(turns > static_cast<int>(asked));
        QCOMPARE(progress.count(), static_cast<int>(asked));
        const auto last = progress.last()[0].value<ProgressUpdate>();
        QCOMPARE(last.done + 1, last.total);
        const auto outcome = finished[0][0].value<ChartWriter::Outcome>();
        QVERIFY(!outcome.error);
        QCOMPARE(outcome.written.size(), asked);
        for (const auto& path : outcome.written) QVERIFY2(!QImage::fromData(readAll(path)).isNull(), path.c_str());
        QCOMPARE(namesIn(folder.path()).size(), static_cast<qsizetype>(asked));
        QVERIFY(!writer.busy());
    }

    void cancellingLeavesOnlyWholeFiles() {
        QTemporaryDir folder;
        ChartWriter writer;
        QSignalSpy finished(&writer, &ChartWriter::finished);
        connect(&writer, &ChartWriter::progress, &writer, [&](const ProgressUpdate& update) {
            if (update.done == 2) writer.cancel();  // the third is in hand
        });
        writer.start(chartsOf(makeReport(), folder.path().toStdString(), {}));
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, 60000);
        const auto outcome = finished[0][0].value<ChartWriter::Outcome>();
        QVERIFY(outcome.error);
        QCOMPARE(outcome.error->code, ErrorCode::cancelled);
        // The temporary files have hidden names: these count too.
        QCOMPARE(namesIn(folder.path()), QStringList({"latency.png", "top-classes.png"}));
        for (const auto& path : outcome.written) QVERIFY(!QImage::fromData(readAll(path)).isNull());
        QCOMPARE(outcome.written.size(), std::size_t{2});
    }

    void aFileThatCannotBeWrittenEndsIt() {
        QTemporaryDir folder;
        QVERIFY(QDir(folder.path()).mkdir("weight-bytes.png"));  // a folder in the place of the third
        ChartWriter writer;
        QSignalSpy finished(&writer, &ChartWriter::finished);
        writer.start(chartsOf(makeReport(), folder.path().toStdString(), {}));
        QTRY_COMPARE_WITH_TIMEOUT(finished.count(), 1, 60000);
        const auto outcome = finished[0][0].value<ChartWriter::Outcome>();
        QVERIFY(outcome.error);
        QVERIFY2(outcome.error->text().find("weight-bytes.png") != std::string::npos, outcome.error->text().c_str());
        QCOMPARE(namesIn(folder.path()), QStringList({"latency.png", "top-classes.png", "weight-bytes.png"}));
    }

    void aWriterThatGoesAwayStops() {
        QTemporaryDir folder;
        {
            ChartWriter writer;
            QSignalSpy progress(&writer, &ChartWriter::progress);
            writer.start(chartsOf(makeReport(), folder.path().toStdString(), {}));
            QTRY_COMPARE(progress.count(), 1);
        }
        QTest::qWait(50);
        QVERIFY(namesIn(folder.path()).isEmpty());
    }

    void emptyChartsAreLeftOutOfTheFolder() {
        QTemporaryDir folder;
        const auto written = exportCharts(*makeReport({.candidates = {}}), folder.path().toStdString());
        QVERIFY(written.ok());
        for (const auto& path : *written) QVERIFY(path.filename().string().rfind("differences", 0) != 0);
    }

    void topClassesFollowTheReferencesOrder() {
        TopClassesChart chart;
        chart.setReport(makeReport());
        DataTable table = chart.table();
        QCOMPARE(table.rows.size(), std::size_t{5});
        QCOMPARE(table.rows[0][0], QStringLiteral("tabby, tabby cat"));
        chart.setClassCount(20);
        QCOMPARE(chart.table().rows.size(), std::size_t{20});
        QCOMPARE(chart.table().header.size(), 1 + 2 * 4);
    }

    void clickingAClassChoosesIt() {
        TopClassesChart chart;
        chart.resize(600, 400);
        chart.setReport(makeReport());
        chart.show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        QSignalSpy chosen(&chart, &CompareChart::classChosen);
        QTest::mouseClick(&chart.plot(), Qt::LeftButton, {}, QPoint(300, 20));
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(chosen[0][0].toULongLong(), 3ULL);
        QVERIFY(chart.hoverText(chart.plot(), QPointF(300, 20)).contains(QStringLiteral("BF16")));
    }

    void aLargeBinTurnsTheCountsLogarithmic() {
        DifferencesChart chart;
        chart.setReport(makeReport());
        QVERIFY(chart.logarithmic());
        chart.setCountScale(CountScale::linear);
        QVERIFY(!chart.logarithmic());
        DifferencesChart small;
        small.setReport(makeReport({.classes = 10}));
        QVERIFY(!small.logarithmic());
    }

    void absoluteDifferencesStartAtZero() {
        DifferencesChart chart;
        chart.setReport(makeReport());
        std::int64_t signedCount = 0, absoluteCount = 0;
        const auto total = [](const DataTable& table) {
            std::int64_t sum = 0;
            for (const auto& row : table.rows) sum += QString(row[2]).remove(QChar(0x202F)).toLongLong();
            return sum;
        };
        signedCount = total(chart.table());
        chart.setSign(DifferenceSign::absolute);
        absoluteCount = total(chart.table());
        QCOMPARE(signedCount, 1000);
        QCOMPARE(absoluteCount, 1000);
        QCOMPARE(chart.table().rows[0][0], QStringLiteral("0"));
    }

    void equalOutputsAreSaidInWords() {
        DifferencesChart chart;
        auto report = std::make_shared<CompareReport>(*makeReport({.candidates = {"fp64"}}));
        report->runs[1].logits = report->runs[0].logits;
        report->comparisons[0].metrics =
            errorMetrics(report->runs[0].logits, report->runs[1].logits, report->runs[1].format, 5);
        chart.setReport(report);
        QVERIFY(chart.emptyText().contains(QStringLiteral("equals")));
    }

    void aCandidateThatFailedIsNamedNotDrawn() {
        auto charts = allCharts(makeReport({.candidates = {"bf16", "fp16"}, .failing = "fp16"}));
        charts[1]->setCandidate(2);
        QVERIFY(charts[1]->emptyText().contains(QStringLiteral("FP16 did not run")));
        QCOMPARE(charts[0]->legend().size(), std::size_t{2});
        QVERIFY(charts[3]->table().rows[2][1] == QStringLiteral("—"));
        QVERIFY(!chartImage(*charts[0], {}).isNull());
    }

    void notFiniteOutputsAreDrawnAround() {
        auto charts = allCharts(makeReport({.candidates = {"bf16"}, .notFinite = "bf16"}));
        for (auto& chart : charts) QVERIFY(!chartImage(*chart, {.size = {500, 300}, .scale = 1}).isNull());
        LogitsChart logits;
        logits.setReport(makeReport({.candidates = {"bf16"}, .notFinite = "bf16"}));
        QCOMPARE(logits.table().rows[0][2], QStringLiteral("—"));
        QCOMPARE(logits.table().rows[2][2], QStringLiteral("∞"));
    }

    void fewOutputsAreShownByClass() {
        LogitsChart chart;
        chart.setReport(makeReport({.classes = 10}));
        QVERIFY(chart.byClass());
        for (const auto view : {LogitView::delta, LogitView::scatter, LogitView::paired}) {
            chart.setView(view);
            QVERIFY(countOf(chartImage(chart, {.size = {600, 400}, .scale = 1}), lookOf(format("bf16")).light) > 40);
        }
    }

    void aFarLongerBarIsCut() {
        LatencyChart chart;
        chart.setReport(makeReport());
        QCustomPlot plot;
        plot.setViewport(QRect(0, 0, 400, 200));
        chart.draw(plot, chartStyle(Scheme::light, Ink::color, {400, 200}));
        QVERIFY(plot.axisRect(0)->axis(QCPAxis::atBottom)->range().upper < 100);  // FP16 takes 1923 ms
        LatencyChart even;
        even.setReport(makeReport({.slowFactor = 15}));
        even.draw(plot, chartStyle(Scheme::light, Ink::color, {400, 200}));
        QVERIFY(plot.axisRect(0)->axis(QCPAxis::atBottom)->range().upper > 600);
    }

    void aFocusedChartWithoutZoomLetsTheWheelPass() {
        auto charts = allCharts(makeReport());
        auto& chart = *charts[0];
        chart.show();
        QVERIFY(QTest::qWaitForWindowActive(&chart));
        chart.setFocus();
        const QPointF at(20, 20);
        QWheelEvent wheel(at, chart.mapToGlobal(at), {}, {0, -120}, Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase,
                          false);
        QCoreApplication::sendEvent(&chart.plot(), &wheel);
        QVERIFY(!wheel.isAccepted());
    }

    void captionsNameTheComparison() {
        const auto report = makeReport();
        for (const auto& chart : allCharts(report)) {
            QVERIFY(chart->provenance().contains(QStringLiteral("made-up.png")));
            QVERIFY(chart->provenance().contains(QStringLiteral("FP8 E4M3 emulated")));
        }
    }

    void emulatedFormatsAreNeverTimed() {
        LatencyChart chart;
        chart.setReport(makeReport());
        QVERIFY(!chart.finding().contains(QStringLiteral("E4M3")));
        QCOMPARE(chart.table().rows[3][2], QStringLiteral("—"));
    }

    void copyPutsAPictureOnTheClipboard() {
        auto charts = allCharts(makeReport());
        charts[0]->show();
        QVERIFY(QTest::qWaitForWindowExposed(charts[0].get()));
        charts[0]->setFocus();
        QTest::keyClick(charts[0].get(), Qt::Key_C, Qt::ControlModifier);
        QVERIFY(!QGuiApplication::clipboard()->image().isNull());
    }

    void theDataTableOpensByKeyboard() {
        auto charts = allCharts(makeReport());
        charts[1]->show();
        QVERIFY(QTest::qWaitForWindowExposed(charts[1].get()));
        QTest::keyClick(charts[1].get(), Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
        auto* dialog = charts[1]->findChild<DataTableDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        dialog->close();
    }

    void tablesAreQuotedWhereTheyMustBe() {
        const DataTable table{.header = {"a", "b"}, .rows = {{"x, \"y\"", "1"}, {"p|q\tr", "2"}}};
        QCOMPARE(table.csv(), QStringLiteral("a,b\r\n\"x, \"\"y\"\"\",1\r\np|q\tr,2\r\n"));
        QCOMPARE(table.tsv(), QStringLiteral("a\tb\nx, \"y\"\t1\np|q r\t2\n"));
        QCOMPARE(table.markdown(), QStringLiteral("| a | b |\n| :--- | ---: |\n| x, \"y\" | 1 |\n| p\\|q\tr | 2 |\n"));
    }
};

QTEST_MAIN(TestCharts)
#include "test_charts.moc"
