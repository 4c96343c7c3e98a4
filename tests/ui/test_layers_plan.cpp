#include <QAbstractItemModelTester>
#include <QDoubleSpinBox>
#include <QFile>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QUndoStack>
#include <algorithm>

#include "layers/layer_detail.h"
#include "layers/plan_panel.h"
#include "layers_fixture.h"
#include "number_text.h"
#include "pages/compare_page.h"
#include "widgets/error_card.h"
#include "widgets/strip.h"

using namespace mantissa;
using namespace mantissa::ui;
using test::kPatience;

/// What the Layers page changes and runs: kept layers, sweeps, plans, files, and what goes wrong.
class TestLayersPlan final : public test::LayersFixture {
    Q_OBJECT

  private slots:
    void initTestCase() { Theme::instance().install(); }
    void init() {
        QVERIFY(fixture_.open());
        window_ = fixture_.window.get();
    }
    void cleanup() { fixture_.window.reset(); }

    void theFormatIsUndoable() {
        open();
        chooseFormat(4);
        QCOMPARE(layers().format().name, std::string("e5m2"));
        QTest::keyClick(window_, Qt::Key_Z, Qt::ControlModifier);
        settle();
        QCOMPARE(layers().format().name, std::string("bf16"));
        QCOMPARE(layers().report()->format.name, std::string("bf16"));
        QCOMPARE(page()->bar().formats().current(), 0);
    }

    void keepingALayerReachesEveryPageAndIsUndone() {
        open();
        chooseFormat(3);
        const double before = layers().report()->metrics->sqnrDb;
        tree().choose(layerOf("conv1"));
        QVERIFY(fixture_.emits(&Session::compareReady, [this] { press(tree(), Qt::Key_K); }));
        settle();
        const std::vector<std::string> kept{"conv1"};
        QCOMPARE(session().choices().keep, kept);
        QCOMPARE(session().report()->keep, kept);
        QVERIFY(cell(layerOf("conv1"), LayerModel::notes).contains(QStringLiteral("FP32")));
        QCOMPARE(cell(layerOf("conv1"), LayerModel::localSqnr), QStringLiteral("exact"));
        QVERIFY(layers().report()->metrics->sqnrDb > before);
        QCOMPARE(page()->detail().keepButton().text(), QStringLiteral("Cast again"));
        // The Compare page says so, and can cast it again.
        window_->showPage(0);
        const auto strips = window_->findChild<ComparePage*>()->findChildren<Strip*>();
        QVERIFY(std::ranges::any_of(
            strips, [](const Strip* strip) { return strip->text().contains(QStringLiteral("conv1")); }));
        showLayersPage();
        QVERIFY(fixture_.emits(&Session::compareReady,
                               [this] { QTest::keyClick(window_, Qt::Key_Z, Qt::ControlModifier); }));
        settle();
        QVERIFY(session().choices().keep.empty());
        QCOMPARE(layers().report()->metrics->sqnrDb, before);
        QTest::keyClick(window_, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(session().choices().keep, kept);
        settle();
    }

    void theMenuKeepsALayer() {
        open();
        const int fc = layerOf("fc");
        const std::unique_ptr<QMenu> menu(tree().makeMenu(fc));
        QVERIFY(menu->actions().front()->text().startsWith(QStringLiteral("Keep in FP32")));
        menu->actions().front()->trigger();
        QCOMPARE(layers().kept("fc"), LayersSession::Kept::all);
        QCOMPARE(layers().kept(""), LayersSession::Kept::some);
        QTest::mouseClick(&page()->plan().castButton(), Qt::LeftButton);
        QVERIFY(session().choices().keep.empty());
        settle();
    }

    void aSweepFillsTheColumnAsItGoes() {
        open();
        chooseFormat(3);
        QVERIFY(cell(layerOf("conv1"), LayerModel::onlyThis).isEmpty());
        QSignalSpy changed(&layers(), &LayersSession::sweepChanged);
        QTest::mouseClick(&page()->plan().sweepButton(), Qt::LeftButton);
        QVERIFY(layers().sweeping());
        settle();
        QVERIFY(changed.count() >= 8);
        QVERIFY(layers().sensitivity());
        for (const auto& one : layers().sensitivity()->layers) {
            const int at = layerOf(one.layer.c_str());
            QCOMPARE(cell(at, LayerModel::onlyThis),
                     one.exact ? QStringLiteral("exact") : errorText(one.metrics.maxAbs));
        }
        QVERIFY(page()->plan().resultText().contains(QStringLiteral("tried one by one")));
        // Of another format nothing is known yet.
        chooseFormat(4);
        QVERIFY(cell(layerOf("conv1"), LayerModel::onlyThis).isEmpty());
    }

    void aPlanReachesItsTargetOnTheComparePage() {
        open();
        chooseFormat(3);
        Choices choices = session().choices();
        choices.candidates = {format("e4m3")};
        QVERIFY(fixture_.emits(&Session::compareReady, [&] { session().choose("Compare E4M3", choices); }));
        settle();
        QDoubleSpinBox& target = page()->plan().targetBox();
        target.setFocus();
        target.selectAll();
        for (const auto key : {Qt::Key_3, Qt::Key_0}) QTest::keyClick(&target, key);
        QTest::mouseClick(&page()->plan().planButton(), Qt::LeftButton);
        settle();
        QVERIFY(layers().sensitivity() && layers().sensitivity()->plan);
        const MixedPlan plan = *layers().sensitivity()->plan;
        QVERIFY(plan.met && !plan.keep.empty());
        QVERIFY(plan.metrics.sqnrDb >= 30);
        QVERIFY(session().report()->comparisons[0].metrics.sqnrDb < 30);
        QVERIFY(page()->plan().useButton().isVisible());
        QVERIFY(fixture_.emits(&Session::compareReady,
                               [this] { QTest::mouseClick(&page()->plan().useButton(), Qt::LeftButton); }));
        settle();
        QCOMPARE(session().choices().keep, plan.keep);
        QCOMPARE(session().report()->comparisons[0].metrics.sqnrDb, plan.metrics.sqnrDb);
        QCOMPARE(layers().report()->metrics->sqnrDb, plan.metrics.sqnrDb);
        QCOMPARE(fixture_.settings->value(option::kPlanSqnr), 30.0);
        // Out of reach is said, and nothing is kept.
        target.setValue(190);
        QTest::mouseClick(&page()->plan().planButton(), Qt::LeftButton);
        settle();
        QVERIFY(page()->plan().resultText().contains(QStringLiteral("Out of reach")) ||
                layers().sensitivity()->plan->met);
    }

    void filesAreWritten() {
        open();
        QSignalSpy saved(&layers(), &LayersSession::saved);
        const QString csv = fixture_.folder.filePath(QStringLiteral("layers.csv")),
                      json = fixture_.folder.filePath(QStringLiteral("layers.json"));
        layers().save(csv.toStdString(), LayersSession::FileForm::csv);
        QVERIFY(saved.wait(kPatience));
        layers().save(json.toStdString(), LayersSession::FileForm::json);
        QVERIFY(saved.wait(kPatience));
        QFile file(csv);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll().count('\n'), 10);
        QFile other(json);
        QVERIFY(other.open(QIODevice::ReadOnly));
        QVERIFY(other.readAll().contains("mantissa.layers/1"));
        QSignalSpy problem(&session(), &Session::problem);
        layers().save("/no/such/folder/x.csv", LayersSession::FileForm::csv);
        QVERIFY(problem.wait(kPatience));
    }

    void anErrorStandsInPlaceAndTheLastResultStays() {
        open();
        const auto before = layers().report();
        Choices choices = session().choices();
        choices.preprocessing = session().model()->preprocessing;
        choices.preprocessing->resizeHeight = choices.preprocessing->resizeWidth = 48;
        choices.preprocessing->cropHeight = choices.preprocessing->cropWidth = 48;
        QSignalSpy problem(&session(), &Session::problem);
        session().choose("Change the preprocessing", choices);
        QTRY_VERIFY_WITH_TIMEOUT(problem.count() >= 2 && !session().busy(), kPatience);  // comparison and layers
        QVERIFY(window_->findChild<ErrorCard*>()->isVisible());
        QCOMPARE(layers().report(), before);
        QVERIFY(layers().stale());
        QTest::keyClick(window_, Qt::Key_Z, Qt::ControlModifier);
        settle();
        QVERIFY(!layers().stale());
    }

    void cancellingKeepsTheLayersThatAreDone() {
        const QString big = QStringLiteral(MANTISSA_TEST_DATA "/pt2/hf_mobilevit_tiny.pt2");
        if (!QFile::exists(big)) QSKIP("the shared data are not there");
        QVERIFY(fixture_.emits(&Session::compareReady, [&] { session().openModel(big.toStdString()); }));
        const auto connection = connect(&session(), &Session::progress, this, [this](const ProgressUpdate& update) {
            if (layers().running() && update.done >= 30 && update.done < update.total) session().cancel();
        });
        showLayersPage();
        QTRY_VERIFY_WITH_TIMEOUT(layers().report() && !layers().running(), kPatience);
        disconnect(connection);
        QVERIFY(layers().report()->partial);
        QVERIFY(!layers().report()->layers.front().finished);
        QVERIFY(std::any_of(layers().report()->layers.begin(), layers().report()->layers.end(),
                            [](const LayerReport& one) { return one.finished; }));
        QVERIFY(page()->statusText().contains(QStringLiteral("cancelled")));
        QTest::keyClick(window_, Qt::Key_F5);
        QTRY_VERIFY_WITH_TIMEOUT(!layers().running() && !layers().report()->partial, kPatience);
        QVERIFY(layers().report()->layers.size() > 20);
        const QAbstractItemModelTester tester(&tree().layers());
        QVERIFY(tree().shownRows() < static_cast<int>(layers().report()->layers.size()));
    }
};

QTEST_MAIN(TestLayersPlan)
#include "test_layers_plan.moc"
