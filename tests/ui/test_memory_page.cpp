#include <QAbstractItemModelTester>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

#include "charts/chart_export.h"
#include "charts/live_bytes_chart.h"
#include "charts/memory_bars_chart.h"
#include "charts/weight_share_chart.h"
#include "memory/memory_option_bar.h"
#include "memory/memory_table.h"
#include "number_text.h"
#include "page_checks.h"
#include "pages/memory_page.h"
#include "theme/theme.h"
#include "widgets/error_card.h"
#include "widgets/segmented_control.h"
#include "window_fixture.h"

using namespace mantissa;
using namespace mantissa::ui;
using test::kPatience;

namespace {

std::vector<LiveBytes> timelineOf(const std::vector<std::string>& layers) {
    std::vector<LiveBytes> timeline;
    for (const auto& layer : layers) timeline.push_back({.layer = layer, .op = "aten::relu", .bytes = 4});
    return timeline;
}

QStringList namesOf(const std::vector<ModuleMark>& marks) {
    QStringList names;
    for (const auto& mark : marks) names << mark.name;
    return names;
}

}  // namespace

/// The Memory page in the window, with the real session and the bundled model.
class TestMemoryPage final : public QObject {
    Q_OBJECT

    test::WindowFixture fixture_;
    MainWindow* window_ = nullptr;

    MemoryPage* page() const { return window_->findChild<MemoryPage*>(); }
    Session& session() const { return window_->session(); }
    template <class T>
    T* part() const {
        return page()->findChild<T*>();
    }
    void showMemoryPage() { QVERIFY(fixture_.showPage<MemoryPage>()); }
    void waitForReport(const std::function<void()>& cause) { QVERIFY(fixture_.emits(&Session::memoryReady, cause)); }
    const FormatMemory& measured(const char* name) const {
        for (const auto& one : session().memoryReport()->formats)
            if (one.format.name == name) return one;
        qFatal("not measured");
    }

  private slots:
    void initTestCase() { Theme::instance().install(); }

    void init() {
        QVERIFY(fixture_.open());
        window_ = fixture_.window.get();
    }
    void cleanup() { fixture_.window.reset(); }

    void nothingIsMeasuredBeforeThePageIsLookedAt() {
        QVERIFY(!session().memoryReport());
        QVERIFY(!session().busy());
    }

    void lookingAtThePageMeasures() {
        waitForReport([this] { showMemoryPage(); });
        QCOMPARE(session().memoryReport()->formats.size(), std::size_t{9});
        QVERIFY(page()->finding().startsWith(QStringLiteral("BF16 halves the weights")));
        QVERIFY(page()->finding().contains(bytesText(session().model()->bytesIn(format("bf16")))));
        for (Chart* chart : page()->charts()) QVERIFY2(chart->emptyText().isEmpty(), qPrintable(chart->name()));
        QVERIFY(!page()->measureButton().isVisible());
        QVERIFY(page()->statusText().contains(QStringLiteral("This process holds")));
        // Coming back does not measure again.
        QSignalSpy busy(&session(), &Session::busyChanged);
        window_->showPage(0);
        showMemoryPage();
        QCOMPARE(busy.count(), 0);
    }

    void theTableShowsWhatTheReportHolds() {
        waitForReport([this] { showMemoryPage(); });
        const MemoryModel& model = page()->table().numbers();
        QAbstractItemModelTester tester(const_cast<MemoryModel*>(&model));
        QCOMPARE(model.rowCount(), 9);
        const std::int64_t fp32 = session().model()->bytesIn(format("fp32"));
        for (int row = 0; row < model.rowCount(); ++row) {
            const FormatMemory& memory = session().memoryReport()->formats[static_cast<std::size_t>(row)];
            const auto text = [&](int column) { return model.index(row, column).data().toString(); };
            const ByteUnit unit = byteUnitFor(measured("fp64").storedBytes());
            QCOMPARE(text(MemoryModel::stored), bytesText(memory.storedBytes(), unit));
            QCOMPARE(text(MemoryModel::activations), bytesText(memory.activationPeakBytes, unit));
            QCOMPARE(text(MemoryModel::here),
                     bytesText(*memory.measuredWeightBytes + *memory.measuredActivationBytes, unit));
        }
        QCOMPARE(measured("bf16").parameterBytes + measured("bf16").bufferBytes,
                 session().model()->bytesIn(format("bf16")));
        QCOMPARE(*measured("e4m3").measuredWeightBytes, fp32);  // emulation holds FP32
        page()->table().setFocus();
        QTest::keyClick(&page()->table(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), model.table().tsv());
        QVERIFY(model.table().markdown().contains(QStringLiteral("| BF16 |")));
    }

    void partsAreSwitchedAndTotalsFollow() {
        waitForReport([this] { showMemoryPage(); });
        auto* chart = part<MemoryBarsChart>();
        const auto stored = [&](int row) { return chart->table().rows[static_cast<std::size_t>(row)].at(6); };
        QCOMPARE(stored(1), groupedText(measured("fp32").storedBytes()));
        page()->options().activations().setFocus();
        QTest::keyClick(&page()->options().activations(), Qt::Key_Space);
        QCOMPARE(stored(1), groupedText(measured("fp32").parameterBytes + measured("fp32").bufferBytes));
        for (auto* box : page()->options().findChildren<QCheckBox*>()) box->setChecked(false);
        QVERIFY(chart->emptyText().contains(QStringLiteral("switched off")));
        page()->options().weights().click();
        QVERIFY(chart->emptyText().isEmpty());
        QCOMPARE(stored(3), groupedText(measured("bf16").parameterBytes));
    }

    void storedAndHereAreChosenByKeyboard() {
        waitForReport([this] { showMemoryPage(); });
        auto* chart = part<MemoryBarsChart>();
        QVERIFY(chart->legend().size() >= 4);
        SegmentedControl& show = page()->options().show();
        show.setFocus();
        QTest::keyClick(&show, Qt::Key_Right);
        QCOMPARE(page()->options().view().show, MemoryShow::stored);
        for (const auto& entry : chart->legend()) QVERIFY(entry.shape != LegendShape::hatchedSwatch);
        QTest::keyClick(&show, Qt::Key_Right);
        QCOMPARE(page()->options().view().show, MemoryShow::here);
        for (const auto& entry : chart->legend()) QVERIFY(entry.text != QStringLiteral("scales"));
    }

    void scalesFollowTheirGranularity() {
        waitForReport([this] { showMemoryPage(); });
        auto* chart = part<MemoryBarsChart>();
        const auto scales = [&] { return chart->table().rows[7].at(5); };
        QCOMPARE(chart->table().rows[7].at(0), QStringLiteral("INT8"));
        QCOMPARE(scales(), groupedText(measured("int8").scaleBytes));
        QComboBox& box = page()->options().scaleBox();
        box.setFocus();
        QTest::keyClick(&box, Qt::Key_Down);
        QCOMPARE(scales(), groupedText(measured("int8").scaleBytesPerTensor));
        QVERIFY(measured("int8").scaleBytesPerTensor < measured("int8").scaleBytes);
    }

    void aBatchIsMeasuredAnew() {
        waitForReport([this] { showMemoryPage(); });
        const std::int64_t one = measured("fp32").activationPeakBytes, weights = measured("fp32").parameterBytes;
        QSpinBox& batch = page()->options().batchBox();
        waitForReport([&] {
            batch.setFocus();
            batch.selectAll();
            QTest::keyClicks(&batch, QStringLiteral("4"));
            QTest::keyClick(&batch, Qt::Key_Return);
        });
        QCOMPARE(session().memoryReport()->batch, 4);
        QCOMPARE(measured("fp32").activationPeakBytes, 4 * one);
        QCOMPARE(measured("fp32").parameterBytes, weights);
    }

    void anotherModelIsMeasuredWhileThePageIsInFront() {
        waitForReport([this] { showMemoryPage(); });
        const auto before = session().memoryReport();
        waitForReport([this] { session().openModel(test::simpleCnn()); });
        QVERIFY(session().memoryReport() != before);
        QCOMPARE(session().memoryReport()->model, session().model());
    }

    void withoutRunOnChangeAButtonMeasures() {
        session().setRunOnChange(false);
        showMemoryPage();
        QVERIFY(!session().busy());
        QVERIFY(page()->measureButton().isVisible());
        for (Chart* chart : page()->charts()) QVERIFY(!chart->emptyText().isEmpty());
        waitForReport([this] { QTest::mouseClick(&page()->measureButton(), Qt::LeftButton); });
        QVERIFY(!page()->measureButton().isVisible());
        page()->options().batchBox().setValue(2);
        QTRY_VERIFY(page()->measureButton().isVisible());
        waitForReport([this] { QTest::keyClick(window_, Qt::Key_F5); });
        QCOMPARE(session().memoryReport()->batch, 2);
    }

    void aMeasurementThatFailsIsSaidInPlaceAndTheResultStays() {
        waitForReport([this] { showMemoryPage(); });
        const auto before = session().memoryReport();
        const QString finding = page()->finding();
        Choices choices = session().choices();
        choices.preprocessing = session().preprocessing();
        choices.preprocessing->resizeWidth = 48;  // the classifier of this model fits 32 only
        QSignalSpy problem(&session(), &Session::problem);
        session().choose(QStringLiteral("Change preprocessing"), choices);
        const auto memoryProblem = [&] {
            for (const auto& arguments : problem)
                if (arguments.front().value<Problem>().kind == Problem::Kind::memory) return true;
            return false;
        };
        QTRY_VERIFY_WITH_TIMEOUT(memoryProblem(), kPatience);
        QCOMPARE(session().memoryReport(), before);
        QCOMPARE(page()->finding(), finding);
        QVERIFY(window_->findChild<ErrorCard*>()->isVisible());
        // The page follows once the other studies of the same change have ended, too.
        QTRY_VERIFY_WITH_TIMEOUT(page()->measureButton().isVisible(), kPatience);
        waitForReport([this] { QTest::keyClick(window_, Qt::Key_Z, Qt::ControlModifier); });
        QVERIFY(!page()->measureButton().isVisible());
    }

    void thePeakIsNamedAndTheTimelineIsATable() {
        waitForReport([this] { showMemoryPage(); });
        auto* live = part<LiveBytesChart>();
        const MemoryReport& report = *session().memoryReport();
        QCOMPARE(live->table().rows.size(), report.timeline.size());
        QCOMPARE(live->table().rows[report.peakNode].last(), QStringLiteral("peak"));
        QVERIFY(live->finding().contains(bytesText(report.timeline[report.peakNode].bytes)));
        QCOMPARE(live->accessibleDescription(), live->finding());
        auto* share = part<WeightShareChart>();
        QCOMPARE(share->table().rows.size(), report.weightShare.size());
    }

    void modulesAreMarkedAtTheDeepestLevelThatFits() {
        const auto timeline =
            timelineOf({"net.stem", "net.layer.0.conv", "net.layer.0.act", "", "net.layer.1.conv", "net.head"});
        QCOMPARE(namesOf(moduleMarks(timeline, 4)), (QStringList{"stem", "layer.0", "layer.1", "head"}));
        QCOMPARE(namesOf(moduleMarks(timeline, 3)), (QStringList{"stem", "layer", "head"}));
        QCOMPARE(namesOf(moduleMarks(timeline, 1)), QStringList{"net"});
        QVERIFY(moduleMarks(timelineOf({"", ""}), 5).empty());
    }

    void everyChartIsExportedWithItsOwnCaption() {
        waitForReport([this] { showMemoryPage(); });
        for (const char* suffix : {"png", "svg", "pdf"})
            for (Chart* chart : page()->charts()) {
                QVERIFY(chart->provenance().contains(QString::fromStdString(session().model()->name)));
                const auto bytes = chartBytes(*chart, QString::fromLatin1(suffix),
                                              {.size = chart->preferredExportSize(), .caption = chart->provenance()});
                QVERIFY(bytes.ok());
                QVERIFY(bytes->size() > 1000);
            }
    }

    void everythingFitsAtEverySizeInBothThemes() {
        waitForReport([this] { showMemoryPage(); });
        for (const ThemeMode theme : {ThemeMode::light, ThemeMode::dark}) {
            Theme::instance().setMode(theme);
            for (const QSize size : {QSize(1024, 640), QSize(1100, 700), QSize(1440, 900)}) {
                window_->resize(size);
                QTest::qWait(50);
                QCOMPARE(window_->size(), size);
                QTRY_COMPARE_WITH_TIMEOUT(test::partThatDoesNotFit(*page()), QString(), 20000);
            }
        }
        Theme::instance().setMode(ThemeMode::light);
    }

    void everyControlHasANameForScreenReaders() {
        waitForReport([this] { showMemoryPage(); });
        QCOMPARE(test::controlWithoutName(*page()), QString());
    }
};

QTEST_MAIN(TestMemoryPage)
#include "test_memory_page.moc"
