#include <qcustomplot.h>

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QToolButton>
#include <algorithm>
#include <bit>

#include "charts/depth_chart.h"
#include "charts/magnitude_chart.h"
#include "formats/formats_session.h"
#include "layers/fact_table.h"
#include "layers/layer_detail.h"
#include "layers/layer_words.h"
#include "layers/worst_view.h"
#include "layers_fixture.h"
#include "number_text.h"
#include "pages/formats_page.h"
#include "widgets/bit_row.h"

using namespace mantissa;
using namespace mantissa::ui;
using test::kPatience;

/// What the Layers page shows, driven by keyboard and mouse.
class TestLayersPage final : public test::LayersFixture {
    Q_OBJECT

  private slots:
    void initTestCase() { Theme::instance().install(); }
    void init() {
        QVERIFY(fixture_.open());
        window_ = fixture_.window.get();
    }
    void cleanup() { fixture_.window.reset(); }

    void lookingAtThePageRunsOnce() {
        QVERIFY(!layers().report());
        open();
        QCOMPARE(layers().report()->layers.size(), std::size_t{9});
        QVERIFY(!layers().report()->partial);
        QVERIFY(page()->finding().startsWith(QStringLiteral("BF16: least SQNR by itself in ")));
        QVERIFY(page()->statusText().contains(QStringLiteral("8 modules")));
        for (Chart* chart : page()->charts()) QVERIFY2(chart->emptyText().isEmpty(), qPrintable(chart->name()));
        const auto before = layers().report();
        window_->showPage(0);
        showLayersPage();
        QVERIFY(!session().busy());
        QCOMPARE(layers().report(), before);
    }

    void roundingAloneIsNoStepsAndYetNotExact() {
        QCOMPARE(ulpText(ArrayError{.count = 1, .maxAbs = 0.06}), QStringLiteral("0"));
        QCOMPARE(ulpText(ArrayError{.count = 1}), QStringLiteral("exact"));
    }

    void theTreeShowsWhatTheReportHolds() {
        open();
        const QAbstractItemModelTester tester(&tree().layers());
        QCOMPARE(tree().shownRows(), 9);
        const int conv = layerOf("conv1");
        QCOMPARE(cell(conv, LayerModel::name), QStringLiteral("conv1"));
        QCOMPARE(cell(conv, LayerModel::kind), QStringLiteral("conv2d"));
        QCOMPARE(cell(conv, LayerModel::parameters), QStringLiteral("448"));
        QCOMPARE(cell(conv, LayerModel::localSqnr), decibelText(layer("conv1").local.both.sqnrDb()));
        QCOMPARE(cell(0, LayerModel::parameters), groupedText(25578));
        QCOMPARE(cell(conv, LayerModel::shape), QStringLiteral("[1, 16, 32, 32]"));
        // The weights' part alone is another number, at once.
        QComboBox& part = page()->bar().partBox();
        part.setFocus();
        QTest::keyClick(&part, Qt::Key_Down);
        QCOMPARE(cell(conv, LayerModel::localSqnr), decibelText(layer("conv1").local.weights.sqnrDb()));
        QVERIFY(!session().busy());
        const DataTable table = tree().layers().table();
        QCOMPARE(table.rows.size(), std::size_t{9});
        QCOMPARE(table.header.size(), table.rows[3].size());
    }

    void columnsAndRowsAreSwitchedByKeyboardAndRemembered() {
        open();
        QVERIFY(tree().isColumnHidden(LayerModel::underflow));
        press(page()->columnSwitch(), Qt::Key_Right);
        press(page()->columnSwitch(), Qt::Key_Right);
        QVERIFY(!tree().isColumnHidden(LayerModel::underflow));
        QVERIFY(tree().isColumnHidden(LayerModel::localSqnr));
        press(page()->shapeSwitch(), Qt::Key_Right);
        QCOMPARE(tree().shownRows(), 8);
        QCOMPARE(fixture_.settings->value(option::kLayersColumns), 2);
        QVERIFY(fixture_.settings->value(option::kLayersFlat));
        const QAbstractItemModelTester tester(&tree().layers());
        MainWindow again(*fixture_.settings);
        auto* other = again.findChild<LayersPage*>();
        QCOMPARE(other->columnSwitch().current(), 2);
        QCOMPARE(other->shapeSwitch().current(), 1);
    }

    void aClickOnAHeaderSortsTheTable() {
        open();
        press(page()->shapeSwitch(), Qt::Key_Right);
        const int column = LayerModel::localSqnr;
        QHeaderView* header = tree().header();
        const QPoint at(header->sectionViewportPosition(column) + 20, header->height() / 2);
        const auto values = [&] {
            std::vector<double> sqnr;
            for (int row = 0; row < 8; ++row)
                sqnr.push_back(tree().model()->index(row, column).data(LayerModel::kSortRole).toDouble());
            return sqnr;
        };
        const auto isSorted = [](const std::vector<double>& all) {
            return std::is_sorted(all.begin(), all.end()) || std::is_sorted(all.rbegin(), all.rend());
        };
        QVERIFY(!isSorted(values()));  // the order of the model
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, at);
        const auto first = values();
        QVERIFY(isSorted(first));
        QTest::mouseClick(header->viewport(), Qt::LeftButton, {}, at);
        auto second = values();
        QVERIFY(second != first);
        std::reverse(second.begin(), second.end());
        QCOMPARE(second, first);
    }

    void theFilterLeavesWhatItNames() {
        open();
        page()->filterField().setFocus();
        for (const auto key : {Qt::Key_C, Qt::Key_O, Qt::Key_N, Qt::Key_V})
            QTest::keyClick(&page()->filterField(), key);
        QCOMPARE(tree().shownRows(), 3);  // the model itself, conv1 and conv2
        page()->filterField().setText(QStringLiteral("*1"));
        QCOMPARE(tree().shownRows(), 4);
        page()->filterField().clear();
        QCOMPARE(tree().shownRows(), 9);
    }

    void arrowKeysChooseALayerAndItsValuesCome() {
        open();
        chooseFormat(3);  // E4M3
        QCOMPARE(layers().format().name, std::string("e4m3"));
        tree().choose(layerOf("conv1"));
        press(tree(), Qt::Key_Up);
        press(tree(), Qt::Key_Down);
        QCOMPARE(tree().current(), layerOf("conv1"));
        QTRY_VERIFY_WITH_TIMEOUT(layers().values()->layer == "conv1" && layers().values()->format.name == "e4m3",
                                 kPatience);
        const LayerValues& values = *layers().values();
        QCOMPARE(values.weights.casts, layer("conv1").weightCasts);
        QCOMPARE(values.weights.casts.values, std::int64_t{448});
        const DataTable& casts = page()->detail().casts().table();
        QVERIFY(casts.rows[0][1].startsWith(groupedText(values.weights.casts.underflows)));
        std::int64_t drawn = values.weights.magnitudes.zeros;
        const auto* chart = static_cast<MagnitudeChart*>(page()->detail().charts().front());
        for (const auto& row : chart->table().rows)
            if (row[0] != QStringLiteral("0")) drawn += row[1].toLongLong();
        QCOMPARE(drawn, std::int64_t{448});
        // Grid bins hold the same values.
        press(page()->detail().binSwitch(), Qt::Key_Right);
        std::int64_t fine = values.weights.magnitudes.zeros;
        for (const auto& row : chart->table().rows)
            if (row[0] != QStringLiteral("0")) fine += row[1].toLongLong();
        QCOMPARE(fine, drawn);
        // The layer before has no other layer's values.
        tree().choose(layerOf("relu1"));
        QTRY_VERIFY_WITH_TIMEOUT(layers().values()->layer == "relu1", kPatience);
        QVERIFY(!page()->detail().charts().front()->emptyText().isEmpty());
    }

    void aClickInTheChartChoosesTheLayer() {
        open();
        DepthChart& chart = page()->depth();
        QSignalSpy chosen(&chart, &DepthChart::layerChosen);
        QCPAxisRect& bars = *chart.plot().axisRect();
        QTRY_VERIFY(bars.width() > chart.width() / 2 && bars.height() > chart.height() / 3);  // laid out
        QTest::mouseClick(&chart.plot(), Qt::LeftButton, {}, bars.rect().center());
        QCOMPARE(chosen.count(), 1);
        QCOMPARE(tree().current(), chosen[0][0].toInt());
        press(chart, Qt::Key_Right);
        QCOMPARE(tree().current(), chosen[0][0].toInt() + 1);
    }

    void theErrorIsSplit() {
        open();
        chooseFormat(3);
        tree().choose(layerOf("conv2"));
        press(page()->detail().viewSwitch(), Qt::Key_Right);
        QCOMPARE(page()->detail().view(), LayerDetail::View::errors);
        const DataTable& local = page()->detail().local().table();
        const LayerReport& conv = layer("conv2");
        QCOMPARE(local.rows[0][1], decibelText(conv.local.weights.sqnrDb()));
        QCOMPARE(local.rows[1][1], decibelText(conv.local.activations.sqnrDb()));
        QCOMPARE(local.rows[2][1], decibelText(conv.local.both.sqnrDb()));
        QCOMPARE(local.rows[3][1], QStringLiteral("—"));  // E4M3 has no native kernels
        chooseFormat(0);
        QVERIFY(page()->detail().local().table().rows[3][1] != QStringLiteral("—"));
        press(page()->detail().cumulative(), Qt::Key_C, Qt::ControlModifier);
        QVERIFY(QGuiApplication::clipboard()->text().startsWith(QStringLiteral("Up to here\t")));
    }

    void worstElementsLeadToTheFormatsPage() {
        open();
        chooseFormat(3);
        tree().choose(layerOf("fc"));
        QTRY_VERIFY_WITH_TIMEOUT(layers().values()->layer == "fc" && layers().values()->format.name == "e4m3",
                                 kPatience);
        page()->detail().setView(LayerDetail::View::worst);
        WorstView& worst = page()->detail().worst();
        const auto elements = layers().values()->weights.worst;
        QVERIFY(!elements.empty());
        QCOMPARE(worst.table()->rowCount(), static_cast<int>(elements.size()));
        QVERIFY(worst.table()->item(0, 0)->text().startsWith(QStringLiteral("weight[")));
        worst.table()->setFocus();
        QTest::keyClick(worst.table(), Qt::Key_Down);
        QCOMPARE(worst.bits().front()->code(), std::uint64_t{std::bit_cast<std::uint32_t>(elements[1].exact)});
        BitRow* half = worst.bits()[3];
        QCOMPARE(half->format().name, std::string("fp16"));
        const std::uint64_t code = half->code();
        QTest::mouseClick(half, Qt::LeftButton, {}, half->cellRect(0).center());
        QCOMPARE(half->code(), code);  // the element stays what it is
        auto* formats = window_->findChild<FormatsPage*>();
        QCOMPARE(window_->currentPage(), static_cast<Page*>(formats));
        QCOMPARE(formats->formats().state().selected, std::string("fp16"));
        QCOMPARE(formats->formats().entry("fp16").stored.code, code);
    }

    void theFirstInfiniteLayerIsFound() {
        open();
        QVERIFY(!page()->jumpButton().isEnabled());
        session().setCustom(*findFormat("e2m5ieee"));  // nothing beyond 3.94
        chooseFormat(6);
        QVERIFY(page()->jumpButton().isEnabled());
        tree().choose(layerOf("fc"));
        QTest::mouseClick(&page()->jumpButton(), Qt::LeftButton);
        const auto first = firstNotFinite(*layers().report());
        QVERIFY(first.has_value());
        QCOMPARE(tree().current(), static_cast<int>(*first));
        const auto& found = layers().report()->layers[*first];
        QVERIFY(found.activationCasts.infinities + found.weightCasts.infinities > 0);
        QVERIFY(page()->finding().contains(QString::fromStdString(found.path)));
    }
};

QTEST_MAIN(TestLayersPage)
#include "test_layers_page.moc"
