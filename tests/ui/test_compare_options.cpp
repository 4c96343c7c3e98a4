#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QContextMenuEvent>
#include <QDialogButtonBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QDropEvent>
#include <QFile>
#include <QInputDialog>
#include <QMenu>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTimer>
#include <QToolButton>
#include <QUndoStack>
#include <QUrl>
#include <algorithm>

#include "bundled.h"
#include "charts/logits_chart.h"
#include "charts/top_classes_chart.h"
#include "compare/custom_format_dialog.h"
#include "compare/option_bar.h"
#include "compare/report_strips.h"
#include "compare/scales_dialog.h"
#include "dot/dot_session.h"
#include "formats/formats_state.h"
#include "page_checks.h"
#include "pages/compare_page.h"
#include "widgets/error_card.h"
#include "widgets/format_toggle.h"
#include "widgets/strip.h"
#include "window/drop_frame.h"
#include "window_fixture.h"

using namespace mantissa;
using namespace mantissa::ui;
using test::kPatience;

/// Choices of a comparison that are not a mere click: the custom format, emulation, rare formats, several models.
class TestCompareOptions final : public QObject {
    Q_OBJECT

    test::WindowFixture fixture_;

    Session& session() const { return fixture_.window->session(); }
    OptionBar& options() const { return fixture_.window->findChild<ComparePage*>()->options(); }
    FormatToggle* toggle(const std::string& name) const {
        for (auto* one : options().toggles())
            if (one->format().name == name) return one;
        return nullptr;
    }
    void compares(const std::function<void()>& cause) { QVERIFY(fixture_.emits(&Session::compareReady, cause)); }
    const FormatRun* run(const std::string& name) const {
        for (const auto& one : session().report()->runs)
            if (one.format.name == name) return &one;
        return nullptr;
    }
    /// Right-clicks `widget` and chooses the entry that begins with `text` from the menu that opens.
    void chooseFromMenu(QWidget* widget, const QString& text) {
        bool chosen = false;
        QTimer::singleShot(0, this, [&] {
            auto* menu = qobject_cast<QMenu*>(QApplication::activePopupWidget());
            QVERIFY(menu);
            for (QAction* entry : menu->actions())
                if (entry->text().startsWith(text)) {
                    menu->setActiveAction(entry);
                    chosen = true;
                }
            QTest::keyClick(menu, chosen ? Qt::Key_Return : Qt::Key_Escape);
        });
        QContextMenuEvent event(QContextMenuEvent::Mouse, QPoint(10, 10), widget->mapToGlobal(QPoint(10, 10)));
        QApplication::sendEvent(widget, &event);
        QVERIFY(chosen);
    }

  private slots:
    void initTestCase() { Theme::instance().install(); }
    void init() { QVERIFY(fixture_.open()); }
    void cleanup() { fixture_.window.reset(); }

    void everyFormatOfTheDesignHasAToggle() {
        for (const char* name : {"bf16", "fp16", "tf32", "e4m3", "e5m2", "int8", "e6m9", "fp64"})
            QVERIFY2(toggle(name) && toggle(name)->isVisible(), name);
        QCOMPARE(toggle("e6m9")->text(), QStringLiteral("Custom e6m9"));
    }

    void int8RunsEmulatedWithItsScales() {
        compares([this] { QTest::keyClick(fixture_.window.get(), Qt::Key_6, Qt::AltModifier); });
        const FormatRun* int8 = run("int8");
        QVERIFY(int8 && int8->ok());
        QCOMPARE(int8->mode, RunMode::emulated);
        QVERIFY(int8->memory.scaleBytes > 0);
        QVERIFY(!int8->latency);
    }

    void theCustomFormatIsEditedByRightClickAndUndone() {
        compares([this] { toggle("e6m9")->click(); });
        QCOMPARE(run("e6m9")->mode, RunMode::emulated);
        chooseFromMenu(toggle("e6m9"), QStringLiteral("Edit custom format"));
        auto* dialog = fixture_.window->findChild<CustomFormatDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        dialog->editor().exponentField()->setValue(8);
        dialog->editor().fractionField()->setValue(3);
        compares([&] { dialog->accept(); });
        QVERIFY(run("e8m3"));
        QVERIFY(!run("e6m9"));
        QCOMPARE(toggle("e8m3")->text(), QStringLiteral("Custom e8m3"));
        QVERIFY(toggle("e8m3")->isChecked());
        compares([this] { session().undoStack().undo(); });
        QVERIFY(run("e6m9"));
        QVERIFY(toggle("e6m9")->isChecked());
    }

    void scalesAreChosenByRightClickShownAndUndone() {
        compares([this] { toggle("int8")->click(); });
        const auto usual = run("int8")->logits;
        chooseFromMenu(toggle("int8"), QStringLiteral("Scales"));
        auto* dialog = fixture_.window->findChild<ScalesDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        QVERIFY(!dialog->percentile().isEnabled());
        dialog->weightScales().setCurrentIndex(static_cast<int>(ScaleGrain::tensor));
        dialog->calibration().setCurrentIndex(static_cast<int>(Calibration::percentile));
        QVERIFY(dialog->percentile().isEnabled());
        dialog->percentile().setValue(99);
        compares([&] { dialog->accept(); });
        QVERIFY(run("int8")->logits != usual);
        QCOMPARE(session().report()->scales.percentile, 99.0);
        QVERIFY(std::ranges::any_of(fixture_.window->findChildren<Strip*>(), [](const Strip* strip) {
            return strip->text().contains(QStringLiteral("one scale a tensor")) &&
                   strip->text().contains(QStringLiteral("percentile 99"));
        }));
        compares([this] { session().undoStack().undo(); });
        QCOMPARE(run("int8")->logits, usual);
    }

    void aClosedStripLeavesNoGapAndStaysClosed() {
        auto* strips = fixture_.window->findChild<ReportStrips*>();
        const auto close = [&] {
            for (auto* strip : strips->findChildren<Strip*>())
                if (strip->isVisible()) QTest::mouseClick(strip->findChild<QToolButton*>(), Qt::LeftButton);
        };
        const auto keep = [this](const QString& name, std::vector<std::string> layers) {
            Choices choices = session().choices();
            choices.keep = std::move(layers);
            compares([&] { session().choose(name, choices); });
        };
        keep(QStringLiteral("Keep one"), {"conv1"});
        QTRY_VERIFY(test::labelSays(*strips, QStringLiteral("1 module stays in FP32")));
        close();
        QVERIFY(!strips->isVisible());
        compares([this] { session().run(); });
        for (const auto* strip : strips->findChildren<Strip*>())
            QVERIFY2(!strip->text().contains(QStringLiteral("in FP32")), qPrintable(strip->text()));
        // Others are something else to say.
        keep(QStringLiteral("Keep two"), {"conv1", "fc"});
        QVERIFY(std::ranges::any_of(strips->findChildren<Strip*>(), [](const Strip* strip) {
            return strip->text().contains(QStringLiteral("2 modules stay in FP32"));
        }));
    }

    void aFolderToCalibrateOnThatIsNotThereIsSaidAndTheLastResultStays() {
        compares([this] { toggle("int8")->click(); });
        const auto before = session().report();
        QSignalSpy problems(&session(), &Session::problem);
        Choices choices = session().choices();
        choices.scales.options.calibration = Calibration::minMax;
        choices.scales.pictures = "/there/is/no/such/folder";
        session().choose(QStringLiteral("Change the scales"), choices);
        QVERIFY(problems.wait(20'000));
        QVERIFY(QString::fromStdString(problems.first().first().value<Problem>().error.text())
                    .contains(QStringLiteral("/there/is/no/such/folder")));
        QCOMPARE(session().report(), before);
    }

    void theCustomFormatIsOneForAllPages() {
        auto* sums = fixture_.window->findChild<DotSession*>();
        DotChoices dot = sums->choices();
        dot.accumulators = {session().choices().custom};
        sums->choose(QStringLiteral("Only e6m9"), dot);
        session().setCustom(*findFormat("e7m4"));
        QCOMPARE(sums->custom().name, std::string("e7m4"));
        QCOMPARE(sums->choices().accumulators, std::vector<Format>{*findFormat("e7m4")});
        // A step of another format goes to the Formats page and leaves it as it is.
        FormatsState state;
        state.selected = "fp16";
        emit fixture_.window->currentPage()->formatsRequested(state);
        QCOMPARE(session().choices().custom.name, std::string("e7m4"));
    }

    void theCustomFormatKeepsItsSpecialCodesSubnormalsAndBias() {
        session().setCustom(*findFormat("e6m9b20fnnosub"));
        compares([this] { toggle("e6m9b20fnnosub")->click(); });
        options().editCustomFormat();
        auto* dialog = fixture_.window->findChild<CustomFormatDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        CustomFormatEditor& editor = dialog->editor();
        QVERIFY(editor.biasField()->isVisible());
        QCOMPARE(editor.biasField()->value(), 20);
        QVERIFY(!editor.subnormalsBox()->isChecked());
        QVERIFY(editor.specialsBox()->currentText().contains(QStringLiteral("(fn)")));
        editor.fractionField()->setValue(8);
        editor.subnormalsBox()->click();
        QCOMPARE(dialog->format().name, std::string("e6m8b20fn"));
        // A format there cannot be leaves the one there is.
        editor.biasField()->setValue(2000);
        QCOMPARE(dialog->format().name, std::string("e6m8b20fn"));
        QCOMPARE(editor.biasField()->value(), 20);
        QVERIFY(editor.summary().contains(QStringLiteral("no such format")));
        compares([&] { dialog->accept(); });
        QVERIFY(run("e6m8b20fn"));
        compares([this] { session().undoStack().undo(); });
        QVERIFY(run("e6m9b20fnnosub"));
    }

    void aCustomFormatCannotRepeatAToggle() {
        CustomFormatDialog dialog(session().choices().custom);
        dialog.show();
        auto* ok = dialog.findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok);
        CustomFormatEditor& editor = dialog.editor();
        editor.exponentField()->setValue(4);
        editor.fractionField()->setValue(3);
        // With infinities it is another than FP8's.
        QCOMPARE(dialog.format().name, std::string("e4m3ieee"));
        QVERIFY(ok->isEnabled());
        editor.specialsBox()->setFocus();
        QTest::keyClick(editor.specialsBox(), Qt::Key_Down);
        QCOMPARE(dialog.format().name, std::string("e4m3"));
        QVERIFY(!ok->isEnabled());
        editor.fractionField()->setValue(4);
        QVERIFY(ok->isEnabled());
        QCOMPARE(dialog.format().name, std::string("e4m4fn"));
        QTest::keyClick(editor.specialsBox(), Qt::Key_Up);
        // Emulation computes in FP32: what is finer cannot run, which is better said here than after a run.
        editor.exponentField()->setValue(11);
        editor.fractionField()->setValue(52);
        QVERIFY(!ok->isEnabled());
        QVERIFY(test::labelSays(dialog, QStringLiteral("Finer than FP32")));
        editor.exponentField()->setValue(99);
        editor.fractionField()->setValue(99);
        QCOMPARE(dialog.format().name, std::string("e11m52"));
    }

    void aNativeFormatCanBeEmulatedAndComesBack() {
        QCOMPARE(run("bf16")->mode, RunMode::native);
        compares([this] { chooseFromMenu(toggle("bf16"), QStringLiteral("Emulate BF16")); });
        QCOMPARE(run("bf16")->mode, RunMode::emulated);
        compares([this] { chooseFromMenu(toggle("bf16"), QStringLiteral("Emulate BF16")); });
        QCOMPARE(run("bf16")->mode, RunMode::native);
    }

    void rareFormatsMoveIntoTheMenuWhereRoomIsShort() {
        fixture_.window->resize(1024, 640);
        QTest::qWait(50);
        QVERIFY(!toggle("fp64")->isVisible());
        QVERIFY(options().moreButton()->isVisible());
        const auto entries = options().moreButton()->menu()->actions();
        const auto fp64 = std::find_if(entries.begin(), entries.end(),
                                       [](const QAction* entry) { return entry->text() == QStringLiteral("FP64"); });
        QVERIFY(fp64 != entries.end());
        compares([&] { (*fp64)->trigger(); });
        QVERIFY(run("fp64"));
        QVERIFY((*fp64)->isChecked());
    }

    void aFormatThatIsTheReferenceIsNoCandidate() {
        QComboBox* box = options().referenceBox();
        compares([box] {
            box->setCurrentIndex(box->findText(QStringLiteral("BF16")));
            emit box->activated(box->currentIndex());
        });
        QCOMPARE(session().report()->reference().format.name, std::string("bf16"));
        QCOMPARE(session().report()->runs.size(), std::size_t{1});
        QVERIFY(!toggle("bf16")->isVisible());
    }

    void aClassIsHighlightedInAllChartsByKeyboardAndClearedByEsc() {
        auto* top = fixture_.window->findChild<TopClassesChart*>();
        const auto pictures = [this] {
            QTest::qWait(60);  // replots are queued
            std::vector<QImage> all;
            for (Chart* chart : {static_cast<Chart*>(fixture_.window->findChild<TopClassesChart*>()),
                                 static_cast<Chart*>(fixture_.window->findChild<LogitsChart*>())})
                all.push_back(chart->grab().toImage());
            return all;
        };
        top->setFocus();
        QTest::keyClick(top, Qt::Key_Down);
        pictures();  // both charts are drawn anew before the highlight is taken away again
        QTest::keyClick(top, Qt::Key_Escape);
        const auto before = pictures();
        QTest::keyClick(top, Qt::Key_Down);
        QTest::keyClick(top, Qt::Key_Down);
        const auto highlighted = pictures();
        for (std::size_t i = 0; i < before.size(); ++i) QVERIFY(highlighted[i] != before[i]);
        QTest::keyClick(top, Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(pictures() == before, kPatience);
    }

    void severalModelsAskWhichToKeep() {
        const QString other = fixture_.folder.filePath("absent.safetensors");
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(QString::fromStdString(test::simpleCnn().string())),
                      QUrl::fromLocalFile(other)});
        QCOMPARE(planDrop(data).text, QStringLiteral("Open one of 2 models"));
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(fixture_.window.get(), &enter);
        QDropEvent event(QPointF(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(fixture_.window.get(), &event);
        auto* dialog = fixture_.window->findChild<QInputDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        QCOMPARE(dialog->comboBoxItems().size(), 2);
        QVERIFY(!session().busy());  // nothing is opened before the answer
        compares([&] { dialog->accept(); });
        QCOMPARE(session().model()->path, test::simpleCnn());
    }

    void aDragThatLeavesHidesTheFrame() {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(QString::fromStdString(bundledSamples().front().string()))});
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(fixture_.window.get(), &enter);
        auto* frame = fixture_.window->findChild<DropFrame*>();
        QVERIFY(frame->isVisible());
        QCOMPARE(frame->text(), QStringLiteral("Open as image"));
        QDragLeaveEvent leave;
        QApplication::sendEvent(fixture_.window.get(), &leave);
        QVERIFY(!frame->isVisible());
    }

    void everyMalformedFileGivesACardAndTheResultStays() {
        const QDir root(QStringLiteral(MANTISSA_TEST_DATA));
        if (!root.exists(QStringLiteral("safetensors-bad"))) QSKIP("the malformed files are not here");
        const auto before = session().report();
        int refused = 0;
        for (const auto& [folder, filter] : {std::pair{"safetensors-bad", "*.safetensors"}, {"images-bad", "trunc*"}}) {
            const QDir files(root.filePath(QString::fromLatin1(folder)));
            for (const QString& name : files.entryList({QString::fromLatin1(filter)}, QDir::Files)) {
                QSignalSpy problem(&session(), &Session::problem);
                fixture_.window->openFiles({files.filePath(name).toStdString()});
                // The sound ones among them hold tensors, but no model that is known here.
                QVERIFY2(problem.count() > 0 || problem.wait(kPatience), qPrintable(name));
                ++refused;
                auto* card = fixture_.window->findChild<ErrorCard*>();
                QVERIFY2(card->isVisible(), qPrintable(name));
                QVERIFY2(card->problem().title.contains(name), qPrintable(card->problem().title));
                QVERIFY2(card->problem().error.text().find('\n') == std::string::npos, qPrintable(name));
                QCOMPARE(session().report(), before);
            }
        }
        QVERIFY(refused > 40);
    }
};

QTEST_MAIN(TestCompareOptions)
#include "test_compare_options.moc"
