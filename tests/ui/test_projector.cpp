#include <QLabel>
#include <QPushButton>

#include "charts/chart.h"
#include "compare/finding_card.h"
#include "compare/metric_table.h"
#include "compare/option_bar.h"
#include "projector/projector_content.h"
#include "projector/projector_window.h"
#include "widgets/format_toggle.h"
#include "window_fixture.h"

using namespace mantissa;
using namespace mantissa::ui;
using test::kPatience;

/// Projector mode over the window, by the keys that a clicker has.
class TestProjector final : public QObject {
    Q_OBJECT

    test::WindowFixture fixture_;

    ProjectorWindow* projector() const { return fixture_.window->projector(); }
    ProjectorContent& content() const { return projector()->content(); }
    void press(int key, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(projector(), static_cast<Qt::Key>(key), modifiers);
    }

  private slots:
    void initTestCase() { Theme::instance().install(); }

    void init() {
        QVERIFY(fixture_.open());
        QTest::keyClick(fixture_.window.get(), Qt::Key_F9);
        QVERIFY(projector());
        QVERIFY(QTest::qWaitForWindowActive(projector()));
    }
    void cleanup() { fixture_.window.reset(); }

    void f9FillsTheScreenWithTheResult() {
        QVERIFY(projector()->isFullScreen());
        QCOMPARE(content().finding().finding(), fixture_.window->findChild<FindingCard*>()->finding());
        QCOMPARE(content().view(), 0);
        // Everything is larger than in the window, and still inside the screen.
        projector()->showNormal();
        projector()->resize(1440, 900);
        QTRY_VERIFY(projector()->zoom() > 1.4);
        QVERIFY(content().width() * projector()->zoom() <= projector()->width() + 1);
        QVERIFY(content().height() * projector()->zoom() <= projector()->height() + 1);
        for (const auto* label : content().findChildren<QLabel*>())
            if (label->isVisible())
                QVERIFY(label->mapTo(&content(), QPoint(label->width(), 0)).x() <= content().width() + 1);
    }

    void aClickerTurnsTheFourViews() {
        for (const int expected : {1, 2, 3, 3}) {
            press(Qt::Key_PageDown);
            QCOMPARE(content().view(), expected);
        }
        press(Qt::Key_PageUp);
        QCOMPARE(content().view(), 2);
        QVERIFY(content().findChild<MetricTable*>()->isVisible());
        press(Qt::Key_1);
        QCOMPARE(content().view(), 0);
        press(Qt::Key_Space);
        QCOMPARE(content().view(), 1);
    }

    void escLeavesAndTheWindowIsThere() {
        QPointer<ProjectorWindow> held(projector());
        press(Qt::Key_Escape);
        QTRY_VERIFY(!held);
        QVERIFY(fixture_.window->isVisible());
        QVERIFY(!fixture_.window->projector());
        // And again.
        fixture_.window->showProjector();
        QVERIFY(projector());
    }

    void altNumberTogglesAFormatAndTheViewsFollow() {
        QVERIFY(fixture_.emits(&Session::compareReady, [this] { press(Qt::Key_4, Qt::AltModifier); }));
        QCOMPARE(fixture_.window->session().report()->runs.size(), std::size_t{3});
        QCOMPARE(fixture_.window->session().report()->runs[2].format.name, std::string("e4m3"));
        QCOMPARE(content().findChild<MetricTable*>()->metrics().columnCount(), 2);
        for (auto* chart : content().findChildren<Chart*>())
            QVERIFY2(chart->emptyText().isEmpty(), qPrintable(chart->name() + ": " + chart->emptyText()));
    }

    void aHiddenResultWaitsForR() {
        press(Qt::Key_H);
        QVERIFY(content().covered());
        QVERIFY(!content().finding().isVisible());
        QVERIFY(content().question().contains(QStringLiteral("BF16")));
        for (auto* chart : content().findChildren<Chart*>()) QVERIFY(!chart->isVisible());
        press(Qt::Key_R);
        QVERIFY(!content().covered());
        QVERIFY(content().finding().isVisible());
        // A new run covers itself again, and turning views does not uncover it.
        QVERIFY(fixture_.emits(&Session::compareReady, [this] { press(Qt::Key_F5); }));
        QVERIFY(content().covered());
        press(Qt::Key_PageDown);
        QVERIFY(content().covered());
        for (auto* chart : content().findChildren<Chart*>()) QVERIFY(!chart->isVisible());
        press(Qt::Key_R);
        press(Qt::Key_H);
        QVERIFY(!content().hidesResults());
        QVERIFY(!content().covered());
    }

    void closingTheWindowClosesTheProjector() {
        QPointer<ProjectorWindow> held(projector());
        fixture_.window.reset();
        QVERIFY(!held);
    }
};

QTEST_MAIN(TestProjector)
#include "test_projector.moc"
