#include <QLabel>
#include <QPushButton>

#include "charts/chart.h"
#include "compare/finding_card.h"
#include "compare/metric_table.h"
#include "compare/option_bar.h"
#include "dot/dot_session.h"
#include "formats/bit_legend.h"
#include "formats/format_table.h"
#include "formats/formats_session.h"
#include "formats/value_bar.h"
#include "formats/value_field.h"
#include "pages/dot_product_page.h"
#include "pages/formats_page.h"
#include "projector/comparison_projection.h"
#include "projector/page_projection.h"
#include "projector/projector_window.h"
#include "widgets/bit_row.h"
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
    ComparisonProjection& content() const { return static_cast<ComparisonProjection&>(projector()->content()); }
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

    /// The same page, live: its state is kept on the way there and back.
    void otherPagesGoThereAndComeBack() {
        press(Qt::Key_Escape);
        QTRY_VERIFY(!fixture_.window->projector());
        for (std::size_t i = 1; i < fixture_.window->pages().size(); ++i) {
            Page* page = fixture_.window->pages()[i];
            fixture_.window->showPage(static_cast<int>(i));
            QTest::keyClick(fixture_.window.get(), Qt::Key_F9);
            QVERIFY(projector());
            projector()->showNormal();
            projector()->resize(1440, 900);
            QVERIFY(QTest::qWaitForWindowActive(projector()));
            QTRY_VERIFY2(projector()->zoom() > 1.2, qPrintable(page->title()));
            QVERIFY(page->isVisible());
            QCOMPARE(page->window(), &projector()->content());
            QVERIFY(page->width() * projector()->zoom() <= projector()->width());
            fixture_.window->resize(1300, 860);  // the window's width is not the page's now
            QPointer<ProjectorWindow> held(projector());
            projector()->activateWindow();
            QTRY_COMPARE(QApplication::activeWindow(), projector());
            press(Qt::Key_F9);
            QTRY_VERIFY(!held);
            QCOMPARE(page->window(), fixture_.window.get());
            QVERIFY(page->isVisible());
            QCOMPARE(fixture_.window->pages()[i], page);
        }
    }

    void theFormatsPageWorksThere() {
        press(Qt::Key_Escape);
        auto* page = fixture_.window->findChild<FormatsPage*>();
        fixture_.window->showPage(1);
        fixture_.window->showProjector();
        QVERIFY(QTest::qWaitForWindowActive(projector()));
        ValueField* field = page->valueBar().field();
        field->setFocus();
        field->selectAll();
        for (const auto key : {Qt::Key_2, Qt::Key_5, Qt::Key_6}) press(key);
        QCOMPARE(page->formats().entry("bf16").stored.value, 256.0);
        // Closing the window while its page is away ends cleanly.
        fixture_.window.reset();
    }

    /// Digits of 18 px at least, as the axes of charts, on a screen of 1440 × 900, and their colours named.
    void bitsAreReadFromAfar() {
        press(Qt::Key_Escape);
        QTRY_VERIFY(!fixture_.window->projector());
        auto* page = fixture_.window->findChild<FormatsPage*>();
        fixture_.window->showPage(1);
        fixture_.window->showProjector();
        projector()->showNormal();
        projector()->resize(1440, 900);
        QVERIFY(QTest::qWaitForWindowActive(projector()));
        const auto legendsShown = [&] {
            const auto all = page->findChildren<BitLegend*>();
            return std::count_if(all.begin(), all.end(), [](const BitLegend* one) { return one->isVisible(); });
        };
        QTRY_COMPARE(legendsShown(), 1);
        QTRY_VERIFY(page->table().row("fp64")->bits().cellRect(0).top() >
                    page->table().row("fp64")->bits().cellRect(63).bottom());
        for (const FormatRow* row : page->table().rows()) {
            const BitRow& bits = row->bits();
            QTRY_VERIFY2(bits.digitPixels() * projector()->zoom() >= 18, row->key().c_str());
            QVERIFY2(row->rect().contains(bits.geometry()), row->key().c_str());
            QVERIFY2(bits.rect().contains(bits.cellRect(0)), row->key().c_str());
        }
        QVERIFY(page->table().width() * projector()->zoom() <= projector()->width());
        // A bit of the second line is flipped like any other.
        BitRow& wide = page->table().row("fp64")->bits();
        const auto before = page->formats().entry("fp64").stored.code;
        QTest::mouseClick(&wide, Qt::LeftButton, {}, wide.cellRect(3).center());
        QCOMPARE(page->formats().entry("fp64").stored.code, before ^ 8);
        QPointer<ProjectorWindow> held(projector());
        press(Qt::Key_Escape);
        QTRY_VERIFY(!held);
        QTRY_COMPARE(wide.cellRect(0).top(), wide.cellRect(63).top());
        QTRY_VERIFY(legendsShown() <= 1);
    }

    void demonstrationsAreOneKeyThere() {
        press(Qt::Key_Escape);
        auto* page = fixture_.window->findChild<DotProductPage*>();
        fixture_.window->showPage(2);
        fixture_.window->showProjector();
        QVERIFY(QTest::qWaitForWindowActive(projector()));
        press(Qt::Key_2);
        QTRY_VERIFY_WITH_TIMEOUT(page->dot().report() && page->dot().report()->source.data == DotData::uniform,
                                 kPatience);
    }

    void closingTheWindowClosesTheProjector() {
        QPointer<ProjectorWindow> held(projector());
        fixture_.window.reset();
        QVERIFY(!held);
    }
};

QTEST_MAIN(TestProjector)
#include "test_projector.moc"
