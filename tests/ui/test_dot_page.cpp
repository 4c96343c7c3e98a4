#include <qcustomplot.h>

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QSpinBox>
#include <QTest>
#include <QUndoStack>

#include "bundled.h"
#include "charts/chart.h"
#include "charts/chart_export.h"
#include "charts/dot_error_chart.h"
#include "charts/running_sum_chart.h"
#include "dot/demonstrations.h"
#include "dot/dot_results.h"
#include "dot/step_view.h"
#include "dot/sum_box.h"
#include "dot/transport.h"
#include "dot/vector_box.h"
#include "formats/formats_session.h"
#include "page_checks.h"
#include "pages/dot_product_page.h"
#include "pages/formats_page.h"
#include "window_fixture.h"

using namespace mantissa;
using namespace mantissa::ui;
using test::kPatience;

/// The Dot product page in the window, as a user has it: by keyboard and by mouse.
class TestDotPage final : public QObject {
    Q_OBJECT

    test::WindowFixture fixture_;
    MainWindow* window_ = nullptr;

    DotProductPage* page() const { return window_->findChild<DotProductPage*>(); }
    const DotReport& report() const { return *page()->dot().report(); }
    const DotSeries* series(const char* format, SummationKind order = SummationKind::sequential) const {
        for (const auto& one : report().series)
            if (one.how.accumulator.name == format && one.how.order.kind == order) return &one;
        return nullptr;
    }
    void waitForReport(const std::function<void()>& cause) {
        QVERIFY(test::leadsTo(page()->dot(), &DotSession::ready, cause));
        // A later change of the same cause may still be on its way.
        QTRY_VERIFY_WITH_TIMEOUT(!page()->dot().busy(), kPatience);
    }
    /// Presses Tab until the widget has the focus.
    void tabTo(QWidget* wanted) {
        for (int i = 0; i < 200 && QApplication::focusWidget() != wanted; ++i)
            QTest::keyClick(QApplication::focusWidget() ? QApplication::focusWidget() : window_, Qt::Key_Tab);
        QCOMPARE(QApplication::focusWidget(), wanted);
    }
    static void click(QWidget* widget) {
        QTest::mouseClick(widget, Qt::LeftButton, {}, QPoint(8, widget->height() / 2));
    }
    RunningSumChart* sumChart() const { return page()->findChild<RunningSumChart*>(); }

  private slots:
    void initTestCase() { Theme::instance().install(); }

    void init() {
        QVERIFY(fixture_.show());
        window_ = fixture_.window.get();
        waitForReport([this] { fixture_.showPage<DotProductPage>(); });
        QCOMPARE(window_->currentPage(), page());
    }
    void cleanup() { fixture_.window.reset(); }

    void onesStopAt256WithoutDoingAnything() {
        QCOMPARE(page()->finding(), QStringLiteral("The BF16 sum of 4096 ones stops at 256"));
        QCOMPARE(page()->inspectedStep(), quint64{257});
        QCOMPARE(report().series[page()->inspectedSeries()].how.accumulator.name, std::string("bf16"));
        QCOMPARE(page()->stepView().step().outcome, StepOutcome::tie);
        const QString text = page()->stepView().text();
        QVERIFY2(text.contains(QStringLiteral("needs 9 significant bits, BF16 has 8")), qPrintable(text));
        QVERIFY2(text.contains(QStringLiteral("0 10000111 0000000")), qPrintable(text));
        for (Chart* chart : page()->charts()) {
            QVERIFY(chart->emptyText().isEmpty());
            QVERIFY(!chart->finding().isEmpty());
            QVERIFY(!chart->accessibleDescription().isEmpty());
        }
        QVERIFY(window_->currentPage()->statusText().contains(QStringLiteral("n = 4096")));
    }

    void byKeyboardAlone() {
        // Uniform numbers: the radio buttons are one stop, arrows move inside.
        tabTo(page()->vectors().button(DotData::ones));
        waitForReport([this] { QTest::keyClick(QApplication::focusWidget(), Qt::Key_Down); });
        waitForReport([this] { QTest::keyClick(QApplication::focusWidget(), Qt::Key_Down); });
        QCOMPARE(report().source.data, DotData::uniform);
        // A length.
        tabTo(page()->vectors().terms());
        waitForReport([this] {
            QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("3000"));
            QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return);
        });
        QCOMPARE(report().n, std::uint64_t{3000});
        tabTo(page()->vectors().slider());
        waitForReport([this] { QTest::keyClick(QApplication::focusWidget(), Qt::Key_PageUp); });
        QVERIFY(report().n > 5500 && report().n < 6500);
        tabTo(page()->vectors().seed());
        waitForReport([this] { QTest::keyClick(QApplication::focusWidget(), Qt::Key_Up); });
        QCOMPARE(report().source.seed, std::uint64_t{43});
        // Formats, orders, products.
        tabTo(page()->sums().accumulator("fp16"));
        waitForReport([this] { QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space); });
        QVERIFY(!series("fp16"));
        tabTo(page()->sums().accumulator("e4m3"));
        waitForReport([this] { QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space); });
        QVERIFY(series("e4m3"));
        tabTo(page()->sums().order(SummationKind::kahan));
        waitForReport([this] { QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space); });
        QVERIFY(!series("bf16", SummationKind::kahan));
        tabTo(page()->sums().block());
        waitForReport([this] { QTest::keyClick(QApplication::focusWidget(), Qt::Key_Up); });
        QCOMPARE(series("bf16", SummationKind::blocked)->how.order.block, std::uint64_t{33});
        tabTo(page()->sums().product());
        waitForReport([this] { QTest::keyClick(QApplication::focusWidget(), Qt::Key_Down); });
        QCOMPARE(report().product.name, std::string("fp64"));
        // Steps.
        tabTo(sumChart());
        QTest::keyClick(sumChart(), Qt::Key_Home);
        QCOMPARE(page()->inspectedStep(), quint64{1});
        QTest::keyClick(sumChart(), Qt::Key_Right);
        QCOMPARE(page()->inspectedStep(), quint64{2});
        QTest::keyClick(sumChart(), Qt::Key_End);
        QCOMPARE(page()->inspectedStep(), report().n);
        tabTo(page()->transport().back());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space);
        QCOMPARE(page()->inspectedStep(), report().n - 1);
        // Another sum in the table.
        tabTo(&page()->results());
        const auto before = page()->inspectedSeries();
        QTest::keyClick(&page()->results(), before == 0 ? Qt::Key_Down : Qt::Key_Up);
        QCOMPARE(page()->inspectedSeries(), before == 0 ? before + 1 : before - 1);
        QTest::keyClick(&page()->results(), Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QGuiApplication::clipboard()->text().startsWith(QStringLiteral("Accumulator\tOrder\tSum")));
        // A demonstration is one key.
        tabTo(&page()->stepView());
        waitForReport([this] { QTest::keyClick(QApplication::focusWidget(), Qt::Key_3); });
        QCOMPARE(report().source.data, DotData::cancelling);
        QVERIFY(page()->demonstrations().button(2)->isChecked());
        QTest::keyClick(&page()->stepView(), Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QGuiApplication::clipboard()->text(), page()->stepView().text());
        // All of it can be taken back, and done again.
        waitForReport([this] { QTest::keyClick(window_, Qt::Key_Z, Qt::ControlModifier); });
        QCOMPARE(report().source.data, DotData::uniform);
        waitForReport([this] { QTest::keyClick(window_, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier); });
        QCOMPARE(report().source.data, DotData::cancelling);
    }

    void byMouse() {
        waitForReport([this] { click(page()->demonstrations().button(1)); });
        QCOMPARE(report().source.data, DotData::uniform);
        QCOMPARE(report().n, std::uint64_t{10000});
        waitForReport([this] { click(page()->vectors().button(DotData::growing)); });
        QVERIFY(!page()->demonstrations().button(1)->isChecked());
        waitForReport([this] { click(page()->sums().accumulator("bf16")); });
        QVERIFY(!series("bf16"));
        waitForReport([this] { click(page()->sums().order(SummationKind::pairwise)); });
        QVERIFY(!series("fp32", SummationKind::pairwise));
        // A click in the chart's middle looks at the step in the middle.
        waitForReport([this] { click(page()->demonstrations().button(0)); });
        auto* plot = sumChart()->findChild<QCustomPlot*>();
        QVERIFY(plot);
        QTRY_VERIFY(plot->axisRect()->width() > 100);  // drawn
        QTest::mouseClick(plot, Qt::LeftButton, {}, plot->axisRect()->center());
        QVERIFY2(page()->inspectedStep() > 1500 && page()->inspectedStep() < 3500,
                 qPrintable(QString::number(page()->inspectedStep())));
        const auto at = page()->inspectedStep();
        click(page()->transport().forward());
        QCOMPARE(page()->inspectedStep(), at + 1);
        click(page()->transport().reset());
        QCOMPARE(page()->inspectedStep(), quint64{1});
        // A row of the table.
        const int row = page()->results().model()->rowCount() - 4;
        const auto chosen = page()->results().results().seriesOf(row);
        QVERIFY(chosen);
        page()->results().scrollTo(page()->results().model()->index(row, 0));
        QTest::mouseClick(page()->results().viewport(), Qt::LeftButton, {},
                          page()->results().visualRect(page()->results().model()->index(row, 0)).center());
        QCOMPARE(page()->inspectedSeries(), *chosen);
    }

    void aStepIsShownBitByBitInFormats() {
        // 256 in BF16, and the 1 that changes nothing.
        click(page()->showInFormats());
        auto* formats = window_->findChild<FormatsPage*>();
        QVERIFY(formats->isVisible());
        QCOMPARE(formats->formats().state().selected, std::string("bf16"));
        QCOMPARE(formats->formats().selected().stored.value, 256.0);
        QCOMPARE(formats->formats().state().addend, std::string("1"));
        QVERIFY(formats->formats().stagnates(formats->formats().selected()));
        QTest::keyClick(window_, Qt::Key_Z, Qt::ControlModifier);
        QVERIFY(formats->formats().selected().stored.value != 256.0);
    }

    void playRunsAndPauses() {
        page()->inspect(page()->inspectedSeries(), 1);
        page()->transport().speed()->setValue(500);
        click(page()->transport().play());
        QVERIFY(page()->transport().playing());
        QTRY_VERIFY(page()->inspectedStep() > 20);
        click(page()->transport().play());
        QVERIFY(!page()->transport().playing());
        const auto at = page()->inspectedStep();
        QTest::qWait(60);
        QCOMPARE(page()->inspectedStep(), at);
        // At the end it stops by itself.
        page()->inspect(page()->inspectedSeries(), report().n - 3);
        click(page()->transport().play());
        QTRY_VERIFY(!page()->transport().playing());
        QCOMPARE(page()->inspectedStep(), report().n);
    }

    void everyStepShowsWhatTheCoreSays() {
        for (const quint64 step : {1u, 100u, 257u, 4096u}) {
            page()->inspect(page()->inspectedSeries(), step);
            const DotStep expected = dotStep(report(), page()->inspectedSeries(), step);
            QCOMPARE(page()->stepView().step().addition.stored, expected.addition.stored);
            QVERIFY(page()->stepView().title().contains(QString::number(step)));
            QVERIFY(!page()->stepView().grab().toImage().isNull());
        }
    }

    void draggingTheSliderIsOneStepOfUndo() {
        QSlider* slider = page()->vectors().slider();
        const int count = window_->session().undoStack().count();
        waitForReport([slider] {
            for (int i = 0; i < 5; ++i) slider->setValue(slider->value() - 3);
        });
        QCOMPARE(window_->session().undoStack().count(), count + 1);
        waitForReport([this] { window_->session().undoStack().undo(); });
        QCOMPARE(report().n, std::uint64_t{4096});
        QCOMPARE(page()->vectors().terms()->value(), 4096);
    }

    void withoutRunOnChangeF5Updates() {
        window_->session().setRunOnChange(false);
        page()->vectors().terms()->setValue(100);
        QVERIFY(page()->dot().stale());
        QCOMPARE(report().n, std::uint64_t{4096});
        QVERIFY(page()->statusText().contains(QStringLiteral("F5")));
        waitForReport([this] { QTest::keyClick(window_, Qt::Key_F5); });
        QCOMPARE(report().n, std::uint64_t{100});
        QVERIFY(!page()->dot().stale());
    }

    void anotherFormatIsTypedByName() {
        QLineEdit* entry = page()->sums().otherFormat();
        tabTo(entry);
        entry->selectAll();
        QTest::keyClicks(entry, QStringLiteral("e6m9"));
        QTest::keyClick(entry, Qt::Key_Tab, Qt::ShiftModifier);
        waitForReport([] { QTest::keyClick(QApplication::focusWidget(), Qt::Key_Space); });
        QVERIFY(series("e6m9"));
        QCOMPARE(series("e6m9")->sum, 1024.0);
        tabTo(entry);
        entry->selectAll();
        QTest::keyClicks(entry, QStringLiteral("nonsense"));
        waitForReport([entry] { QTest::keyClick(entry, Qt::Key_Return); });
        QVERIFY(!series("e6m9"));
        QVERIFY(entry->property("invalid").toBool());
    }

    void theLastAccumulatorStays() {
        waitForReport([this] { click(page()->sums().accumulator("fp32")); });
        waitForReport([this] { click(page()->sums().accumulator("fp16")); });
        click(page()->sums().accumulator("bf16"));
        QVERIFY(page()->sums().accumulator("bf16")->isChecked());
        QVERIFY(series("bf16"));
    }

    void aNeuronOfTheLoadedModelIsSummed() {
        QVERIFY(!page()->vectors().button(DotData::neuron)->isEnabled());
        QSignalSpy image(&window_->session(), &Session::imageChanged);
        window_->openFiles({test::simpleCnn(), bundledSamples().front()});
        QVERIFY(image.count() > 0 || image.wait(kPatience));
        QTRY_VERIFY_WITH_TIMEOUT(page()->vectors().button(DotData::neuron)->isEnabled(), kPatience);
        waitForReport([this] { click(page()->vectors().button(DotData::neuron)); });
        QCOMPARE(report().source.data, DotData::neuron);
        QVERIFY(page()->vectors().layer()->isVisible());
        QVERIFY(page()->vectors().layer()->count() >= 3);
        const double first = report().exact;
        waitForReport([this] { page()->vectors().output()->setValue(4); });
        QVERIFY(report().exact != first);
        QVERIFY(page()->finding().contains(QStringLiteral("output 4")) ||
                QString::fromStdString(report().vectors->terms).contains(QStringLiteral("output 4")));
    }

    void aBadFileIsSaidInItsPlace() {
        const QString file = fixture_.writeFile("bad.safetensors", "no tensors at all");
        const DotReportPtr before = page()->dot().report();
        QSignalSpy read(&page()->dot(), &DotSession::tensorsRead);
        page()->vectors().setFile(file);
        QVERIFY(read.count() > 0 || read.wait(kPatience));
        QVERIFY(test::labelSays(page()->vectors(), QStringLiteral("bad.safetensors")));
        QCOMPARE(page()->dot().report(), before);
    }

    void tensorsOfAFileAreChosen() {
        const auto path = test::simpleCnn() / "model.safetensors";
        waitForReport([&] { page()->vectors().setFile(QString::fromStdString(path.string())); });
        QCOMPARE(report().source.data, DotData::file);
        QCOMPARE(report().vectors->a, report().vectors->b);
        QVERIFY(report().exact > 0);
        QVERIFY(page()->vectors().tensor(0)->count() > 3);
        // A pair of different lengths says so, and the charts keep the result before.
        const DotReportPtr before = page()->dot().report();
        QSignalSpy failed(&page()->dot(), &DotSession::failed);
        QComboBox* box = page()->vectors().tensor(1);
        for (int i = 0; i < box->count() && failed.count() == 0; ++i) {
            box->setCurrentIndex(i);
            emit box->activated(i);
            QTRY_VERIFY_WITH_TIMEOUT(!page()->dot().busy(), kPatience);
        }
        QVERIFY(failed.count() > 0);
        QCOMPARE(page()->finding(), QStringLiteral("This dot product was not computed"));
        QVERIFY(page()->dot().report());
    }

    void aLongSumCanBeCancelled() {
        const DotReportPtr before = page()->dot().report();
        DotChoices choices = page()->dot().choices();
        choices.terms = kMostTermsShown;
        page()->dot().choose("Change n", choices);
        QVERIFY(page()->dot().busy());
        QTest::keyClick(window_, Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(!page()->dot().busy(), kPatience);
        QCOMPARE(page()->dot().report(), before);
        QVERIFY(page()->dot().stale());
    }

    void chartsAreExportedInEveryTheme() {
        for (Chart* chart : page()->charts())
            for (const auto theme : {ExportTheme::light, ExportTheme::dark, ExportTheme::greyscale}) {
                const QImage picture = chartImage(*chart, {.size = {800, 480}, .scale = 1, .theme = theme});
                QCOMPARE(picture.size(), QSize(800, 480));
                QVERIFY(chart->table().rows.size() > 1000);
                for (const char* suffix : {"svg", "pdf"})
                    QVERIFY(chartBytes(*chart, suffix, {.theme = theme})->size() > 1000);
            }
    }

    void everyControlHasANameForScreenReaders() { QCOMPARE(test::controlWithoutName(*page()), QString()); }

    void everythingFitsAtTheSmallestSize() {
        for (const QSize size : {QSize(1024, 640), QSize(1239, 700), QSize(1240, 700), QSize(1440, 900)}) {
            window_->resize(size);
            QTest::qWait(50);
            QCOMPARE(window_->size(), size);
            QCOMPARE(test::partThatDoesNotFit(*page()), QString());
        }
    }
};

QTEST_MAIN(TestDotPage)
#include "test_dot_page.moc"
