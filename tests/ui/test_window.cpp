#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QDropEvent>
#include <QFile>
#include <QLabel>
#include <QMimeData>
#include <QPointer>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>
#include <QUndoStack>
#include <QUrl>
#include <algorithm>
#include <cmath>

#include "bundled.h"
#include "charts/chart.h"
#include "charts/export_all.h"
#include "charts/export_dialog.h"
#include "charts/top_classes_chart.h"
#include "compare/finding_card.h"
#include "compare/metric_table.h"
#include "compare/option_bar.h"
#include "compare/preprocessing_dialog.h"
#include "compare/run_words.h"
#include "page_checks.h"
#include "pages/compare_page.h"
#include "widgets/error_card.h"
#include "widgets/format_toggle.h"
#include "widgets/image_view.h"
#include "widgets/missing_bytes_bar.h"
#include "widgets/strip.h"
#include "window/drop_frame.h"
#include "window/file_box.h"
#include "window/job_status.h"
#include "window_fixture.h"

using namespace mantissa;
using namespace mantissa::ui;
using test::kPatience;

/// The window as a user has it: real widgets, keyboard and mouse, the bundled model.
class TestWindow final : public QObject {
    Q_OBJECT

    test::WindowFixture fixture_;
    MainWindow* window_ = nullptr;

    Settings& settings() const { return *fixture_.settings; }
    ComparePage* comparePage() const { return window_->findChild<ComparePage*>(); }
    FormatToggle* toggle(const char* name) const {
        for (auto* one : comparePage()->options().toggles())
            if (one->format().name == name) return one;
        return nullptr;
    }
    void waitForReport(const std::function<void()>& cause) { QVERIFY(fixture_.emits(&Session::compareReady, cause)); }
    void openInVain(const QString& path) {
        QSignalSpy problem(&window_->session(), &Session::problem);
        window_->openFiles({path.toStdString()});
        QVERIFY(problem.wait(kPatience));
    }
    /// What is written whole closes the dialog.
    void saveAndWait(ExportDialog& dialog, const QString& target) {
        QSignalSpy exported(&dialog, &ExportDialog::exported);
        dialog.writeTo(target.toStdString());
        QVERIFY(exported.count() > 0 || exported.wait(kPatience));
        QTRY_VERIFY(!window_->findChild<ExportDialog*>());
    }
    QPushButton* buttonNamed(const QWidget& root, const char* text) const {
        for (auto* button : root.findChildren<QPushButton*>())
            if (button->text() == QString::fromUtf8(text)) return button;
        return nullptr;
    }
    void drop(const QMimeData& data) {
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window_, &enter);
        QVERIFY(enter.isAccepted());
        QVERIFY(window_->findChild<DropFrame*>()->isVisible());
        QDropEvent event(QPointF(300, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window_, &event);
        QVERIFY(!window_->findChild<DropFrame*>()->isVisible());
    }

  private slots:
    void initTestCase() { Theme::instance().install(); }

    void init() {
        QVERIFY(fixture_.open());
        window_ = fixture_.window.get();
    }
    void cleanup() { fixture_.window.reset(); }

    void aResultIsThereWithoutDoingAnything() {
        QVERIFY(fixture_.open({}));
        window_ = fixture_.window.get();
        const auto& report = window_->session().report();
        QVERIFY(report);
        QCOMPARE(report->model->path, bundledModels().front());
        QVERIFY(!window_->findChild<FindingCard*>()->finding().isEmpty());
        QVERIFY(window_->windowTitle().contains(QString::fromStdString(report->model->name)));
        for (Chart* chart : comparePage()->charts())
            QVERIFY2(chart->emptyText().isEmpty() || chart->name() == "differences", qPrintable(chart->name()));
        QCOMPARE(comparePage()->metrics().metrics().columnCount(), 1);
        QVERIFY(!comparePage()->imageView().shown().isNull());
        auto* strip = window_->findChild<Strip*>();
        QVERIFY(strip->isVisible());
        QVERIFY(strip->text().contains(QStringLiteral("live result")));
    }

    void closingTheFirstStripIsRemembered() {
        auto* strip = window_->findChild<Strip*>();
        QTest::mouseClick(strip->findChild<QToolButton*>(), Qt::LeftButton);
        QVERIFY(!strip->isVisible());
        waitForReport([this] { window_->session().run(); });
        QVERIFY(!strip->isVisible());
        QVERIFY(!settings().value(option::kFirstOpenStrip));
    }

    void aMouseClickTurnsAFormatOn() {
        waitForReport([this] { QTest::mouseClick(toggle("fp16"), Qt::LeftButton); });
        QCOMPARE(window_->session().report()->runs.size(), std::size_t{3});
        QCOMPARE(comparePage()->metrics().metrics().columnCount(), 2);
        QVERIFY(toggle("fp16")->isChecked());
        QVERIFY(toggle("fp16")->accessibleName().contains(QStringLiteral("on")));
    }

    void altNumberTurnsAFormatOnAndCtrlZOff() {
        waitForReport([this] { QTest::keyClick(window_, Qt::Key_2, Qt::AltModifier); });
        QVERIFY(toggle("fp16")->isChecked());
        waitForReport([this] { QTest::keyClick(window_, Qt::Key_Z, Qt::ControlModifier); });
        QVERIFY(!toggle("fp16")->isChecked());
        waitForReport([this] { QTest::keyClick(window_, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier); });
        QVERIFY(toggle("fp16")->isChecked());
    }

    void severalCandidatesAtOnceKeepTheOrderOfTheToggles() {
        waitForReport([this] { toggle("e4m3")->click(); });
        waitForReport([this] { toggle("tf32")->click(); });
        const auto& runs = window_->session().report()->runs;
        QCOMPARE(runs.size(), std::size_t{4});
        QCOMPARE(runs[1].format.name, std::string("bf16"));
        QCOMPARE(runs[2].format.name, std::string("tf32"));
        QCOMPARE(runs[3].format.name, std::string("e4m3"));
        QCOMPARE(runs[3].mode, RunMode::emulated);
    }

    void theReferenceCanBeAnotherFormat() {
        QComboBox* box = comparePage()->options().referenceBox();
        waitForReport([box] {
            box->setFocus();
            QTest::keyClick(box, Qt::Key_Down);
        });
        QCOMPARE(window_->session().report()->reference().format.name, std::string("fp64"));
        QVERIFY(!toggle("fp64")->isVisible());
        QVERIFY(toggle("fp32")->isVisible());
    }

    void withoutRunOnChangeF5Updates() {
        auto* box = window_->findChild<QCheckBox*>();
        QCOMPARE(box->text(), QStringLiteral("Run on change"));
        QTest::mouseClick(box, Qt::LeftButton, {}, QPoint(8, box->height() / 2));
        QVERIFY(!window_->session().runOnChange());
        toggle("fp16")->click();
        QVERIFY(window_->session().stale());
        QCOMPARE(window_->session().report()->runs.size(), std::size_t{2});
        QVERIFY(window_->findChild<JobStatus*>()->text().contains(QStringLiteral("F5")));
        waitForReport([this] { QTest::keyClick(window_, Qt::Key_F5); });
        QCOMPARE(window_->session().report()->runs.size(), std::size_t{3});
    }

    void theResultOfThePictureBeforeIsNamed() {
        const auto* card = window_->findChild<FindingCard*>();
        const QString finding = card->finding();
        const QString before = QString::fromStdString(window_->session().image()->name);
        window_->session().setRunOnChange(false);
        QVERIFY(test::leadsTo(window_->session(), &Session::imageChanged,
                              [this] { window_->openFiles({bundledSamples().back()}); }));
        QCOMPARE(card->finding(), QStringLiteral("Before, %1: %2").arg(before, finding));
        waitForReport([this] { QTest::keyClick(window_, Qt::Key_F5); });
        QVERIFY(!card->finding().startsWith(QStringLiteral("Before")));
    }

    void aBadModelGivesACardAndKeepsTheResult() {
        const auto before = window_->session().report();
        const QString finding = window_->findChild<FindingCard*>()->finding();
        const QString path = fixture_.writeFile("broken.safetensors", "no model at all");
        openInVain(path);
        auto* card = window_->findChild<ErrorCard*>();
        QVERIFY(card->isVisible());
        QVERIFY(card->problem().title.contains(QStringLiteral("broken.safetensors")));
        QCOMPARE(window_->session().report(), before);
        QCOMPARE(window_->findChild<FindingCard*>()->finding(), finding);
        QVERIFY(window_->findChild<JobStatus*>()->text().contains(QStringLiteral("broken.safetensors")));
        QVERIFY(test::labelSays(*window_, QStringLiteral("The results below are unchanged")));
        for (auto* button : card->findChildren<QPushButton*>())
            if (button->text() == QStringLiteral("Copy details")) QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(QGuiApplication::clipboard()->text().contains(path));
        // What is asked for afterwards clears the card.
        waitForReport([this] { window_->openFiles({bundledSamples().back()}); });
        QVERIFY(!card->isVisible());
    }

    void aFileCutShortShowsWhatIsMissing() {
        const QByteArray header = R"({"a":{"dtype":"U8","shape":[1000],"data_offsets":[0,1000]}})";
        QByteArray file(8, '\0');
        file[0] = static_cast<char>(header.size());
        file += header + QByteArray(250, 'x');
        openInVain(fixture_.writeFile("cut.safetensors", file));
        auto* card = window_->findChild<ErrorCard*>();
        auto* bar = card->findChild<MissingBytesBar*>();
        QTRY_VERIFY(bar->isVisible());
        QCOMPARE(bar->file().present, static_cast<std::uint64_t>(file.size()));
        QCOMPARE(bar->file().announced, bar->file().present + 750);
        const double part = static_cast<double>(file.size()) / static_cast<double>(file.size() + 750);
        const double whole = bar->missingRect().right() - bar->readableRect().left();
        QVERIFY(std::abs(bar->readableRect().width() / whole - part) < 0.01);
        QVERIFY(bar->missingRect().right() <= bar->width());
        QVERIFY(
            test::labelSays(*card, QStringLiteral("750 bytes, %1 % of the file").arg(std::lround((1 - part) * 100))));
        const QString words = QStringLiteral("ends at byte %1 of %2").arg(file.size()).arg(file.size() + 750);
        QVERIFY2(bar->accessibleName().contains(words), qPrintable(bar->accessibleName()));
        QVERIFY2(card->accessibleDescription().contains(words), qPrintable(card->accessibleDescription()));
        QVERIFY(card->details().contains(words));
        // In both themes the missing part is drawn in the colour of errors, the readable one is not.
        for (const auto mode : {ThemeMode::dark, ThemeMode::light}) {
            Theme::instance().setMode(mode);
            const QImage image = bar->grab().toImage();
            const QColor error = Theme::instance().tokens().errorText;
            const auto inErrorColor = [&](const QRectF& area) {
                int count = 0;
                const QRect rect = area.toRect().adjusted(3, 3, -3, -3);
                for (int y = rect.top(); y <= rect.bottom(); ++y)
                    for (int x = rect.left(); x <= rect.right(); ++x) {
                        const QColor pixel = image.pixelColor(x, y);
                        count += std::abs(pixel.red() - error.red()) + std::abs(pixel.green() - error.green()) < 60;
                    }
                return count;
            };
            QVERIFY(inErrorColor(bar->missingRect()) > 100);
            QCOMPARE(inErrorColor(bar->readableRect()), 0);
        }
        // Another problem has no such bar.
        openInVain(fixture_.writeFile("broken.safetensors", "no model at all"));
        QTRY_VERIFY(card->isVisible() && !bar->isVisible());
        QVERIFY(!card->accessibleDescription().contains(QStringLiteral("Missing")));
    }

    void escClosesTheErrorCard() {
        const QString path = fixture_.writeFile("broken.safetensors", "no model at all");
        openInVain(path);
        QTRY_VERIFY(!window_->session().busy());
        auto* card = window_->findChild<ErrorCard*>();
        QVERIFY(card->isVisible());
        QTest::keyClick(window_, Qt::Key_Escape);
        QVERIFY(!card->isVisible());
        QVERIFY(!window_->findChild<JobStatus*>()->text().contains(QStringLiteral("broken")));
    }

    void aBadPictureGivesACardWithTheFormatsItReads() {
        const QString path = fixture_.writeFile(
            "animation.gif",
            QByteArray::fromHex(
                "47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b"));
        openInVain(path);
        const Problem& what = window_->findChild<ErrorCard*>()->problem();
        QCOMPARE(what.kind, Problem::Kind::image);
        QVERIFY(QString::fromStdString(what.error.message).contains(QStringLiteral("PNG")));
    }

    void tryAgainOpensTheSameFile() {
        const QString path = fixture_.writeFile("later.png", "not yet a picture");
        openInVain(path);
        QVERIFY(QFile::remove(path));
        QVERIFY(QFile::copy(QString::fromStdString(bundledSamples().back().string()), path));
        waitForReport([this] {
            for (auto* button : window_->findChild<ErrorCard*>()->findChildren<QPushButton*>())
                if (button->text() == QStringLiteral("Try again")) QTest::mouseClick(button, Qt::LeftButton);
        });
        QCOMPARE(window_->session().image()->name, std::string("later.png"));
    }

    void picturesAndModelsCanBeDropped() {
        QMimeData picture;
        picture.setUrls({QUrl::fromLocalFile(QString::fromStdString(bundledSamples().back().string()))});
        QCOMPARE(planDrop(picture).text, QStringLiteral("Open as image"));
        waitForReport([&] { drop(picture); });
        QCOMPARE(window_->session().image()->path, bundledSamples().back());

        QMimeData model;
        model.setUrls({QUrl::fromLocalFile(QString::fromStdString(bundledModels().front().string()))});
        QCOMPARE(planDrop(model).text, QStringLiteral("Open as model"));
        waitForReport([&] { drop(model); });

        QMimeData both;
        both.setUrls(model.urls() + picture.urls());
        QCOMPARE(planDrop(both).text, QStringLiteral("Open as model and image"));
        QMimeData text;
        text.setText("nothing to open");
        QVERIFY(planDrop(text).text.isEmpty());
        QDragEnterEvent enter(QPoint(300, 300), Qt::CopyAction, &text, Qt::LeftButton, Qt::NoModifier);
        enter.ignore();
        QApplication::sendEvent(window_, &enter);
        QVERIFY(!window_->findChild<DropFrame*>()->isVisible());
    }

    void severalPicturesBecomeAList() {
        const auto samples = bundledSamples();
        QMimeData data;
        QList<QUrl> urls;
        for (const auto& sample : samples) urls << QUrl::fromLocalFile(QString::fromStdString(sample.string()));
        data.setUrls(urls);
        waitForReport([&] { drop(data); });
        QCOMPARE(window_->session().image()->path, samples.front());
        QVERIFY(settings().recent(Settings::Recent::images).contains(QString::fromStdString(samples[1].string())));
    }

    void ctrlVPastesAPicture() {
        QImage picture(40, 30, QImage::Format_RGB32);
        picture.fill(Qt::darkGreen);
        QGuiApplication::clipboard()->setImage(picture);
        waitForReport([this] { QTest::keyClick(window_, Qt::Key_V, Qt::ControlModifier); });
        QCOMPARE(window_->session().image()->name, std::string("pasted image"));
        QCOMPARE(window_->session().report()->image->rgb.width, 40);
    }

    void filesAreChosenFromTheBoxes() {
        auto boxes = window_->findChildren<FileBox*>();
        QCOMPARE(boxes.size(), 2);
        FileBox* images = boxes[1];
        const int other = images->findText(QStringLiteral("dog.png (sample)"));
        QVERIFY(other > 0);
        waitForReport([&] { emit images->activated(other); });
        QCOMPARE(window_->session().image()->name, std::string("dog.png"));
        QCOMPARE(images->currentText(), QStringLiteral("dog.png (sample)"));
    }

    void ctrlTChangesTheThemeOfEverything() {
        QCOMPARE(Theme::instance().scheme(), Scheme::light);
        const QImage light = window_->grab().toImage();
        QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier);
        QCOMPARE(Theme::instance().scheme(), Scheme::dark);
        QCOMPARE(window_->findChild<JobStatus*>()->text(), QStringLiteral("Theme: Dark"));
        QCoreApplication::processEvents();
        const QImage dark = window_->grab().toImage();
        int darker = 0, samples = 0;
        for (int y = 5; y < light.height(); y += 20)
            for (int x = 5; x < light.width(); x += 20, ++samples)
                darker += qGray(dark.pixel(x, y)) < qGray(light.pixel(x, y)) ? 1 : 0;
        QVERIFY(darker > samples * 85 / 100);
        QCOMPARE(settings().value(option::kTheme), 2);
        QTest::keyClick(window_, Qt::Key_T, Qt::ControlModifier);
        QCOMPARE(Theme::instance().scheme(), Scheme::light);
        Theme::instance().setMode(ThemeMode::light);
    }

    void escCancelsAndTheResultStays() {
        const auto before = window_->session().report();
        settings().set(option::kTimedRuns, 1000);
        settings().set(option::kTimeLimit, 60.0);
        QTest::keyClick(window_, Qt::Key_F5);
        QVERIFY(window_->session().busy());
        QTest::keyClick(window_, Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(!window_->session().busy(), kPatience);
        // What had run by then is kept, and called a part.
        const auto after = window_->session().report();
        QVERIFY(after == before || after->partial);
        const QString told = after == before ? window_->findChild<JobStatus*>()->text() : findingDetailOf(*after);
        QVERIFY2(told.contains(QStringLiteral("Cancelled")), qPrintable(told));
    }

    void progressAppearsAfterASecondWithACancelButton() {
        JobStatus status;
        status.show();
        status.setRunning(QStringLiteral("Comparing formats"));
        QVERIFY(!status.cancelButton()->isVisible());
        status.setProgress({.stage = "BF16: layer 3 of 10", .done = 3, .total = 10});
        QTRY_VERIFY_WITH_TIMEOUT(status.cancelButton()->isVisible(), 3000);
        QSignalSpy cancel(&status, &JobStatus::cancelRequested);
        QTest::mouseClick(status.cancelButton(), Qt::LeftButton);
        QCOMPARE(cancel.count(), 1);
        status.setIdle();
        QVERIFY(!status.cancelButton()->isVisible());
        // What runs is named long before, instead of what was ready.
        status.setText(QStringLiteral("Ready."));
        QCOMPARE(status.text(), QStringLiteral("Ready."));
        status.setRunning(QStringLiteral("Comparing formats on mobilevit"));
        QTRY_COMPARE(status.text(), QStringLiteral("Comparing formats on mobilevit"));
        status.setIdle();
        QCOMPARE(status.text(), QStringLiteral("Ready."));
    }

    void ctrlEExportsAChart() {
        QTest::keyClick(window_, Qt::Key_E, Qt::ControlModifier);
        auto* dialog = window_->findChild<ExportDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        QVERIFY(!dialog->exportsAll());
        const QString path = fixture_.folder.filePath("chart.png");
        const ChartExportOptions options = dialog->options();
        saveAndWait(*dialog, path);
        const QImage image(path);
        QCOMPARE(image.size(), (QSizeF(options.size) * options.scale).toSize());
        QCOMPARE(image.dotsPerMeterX(), static_cast<int>(std::lround(options.dpi / 0.0254)));
        QVERIFY(!options.caption.isEmpty());
    }

    void allChartsAreExportedIntoAFolder() {
        QTest::keyClick(window_, Qt::Key_E, Qt::ControlModifier | Qt::ShiftModifier);
        auto* dialog = window_->findChild<ExportDialog*>();
        QVERIFY(dialog && dialog->exportsAll());
        const QString folder = fixture_.folder.filePath("charts");
        saveAndWait(*dialog, folder);
        const QStringList written = QDir(folder).entryList(QDir::Files | QDir::Hidden);
        for (const auto& name : written) QVERIFY2(!QImage(QDir(folder).filePath(name)).isNull(), qPrintable(name));
        QVERIFY(window_->findChild<JobStatus*>()->text().contains(QString::number(written.size())));
        // Of the comparison, the same files that the command line writes.
        const auto compared =
            exportCharts(*window_->session().report(), fixture_.folder.filePath("compared").toStdString());
        QVERIFY(compared.ok());
        for (const auto& path : *compared)
            QVERIFY2(written.contains(QString::fromStdString(path.filename().string())), path.c_str());
        QVERIFY(written.size() > static_cast<qsizetype>(compared->size()));  // the other pages' too
    }

    void anExportShowsHowFarItIsAndIsCancelledWithEsc() {
        QTest::keyClick(window_, Qt::Key_E, Qt::ControlModifier | Qt::ShiftModifier);
        QPointer<ExportDialog> dialog = window_->findChild<ExportDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        auto* bar = dialog->findChild<QProgressBar*>();
        QVERIFY(!bar->isVisible());
        const QString folder = fixture_.folder.filePath("half");
        dialog->writeTo(folder.toStdString());
        QVERIFY(dialog->busy());
        QVERIFY(!buttonNamed(*dialog, "Save…")->isEnabled());
        QVERIFY(!dialog->findChild<QComboBox*>()->isEnabled());
        QVERIFY(buttonNamed(*dialog, "Cancel"));
        QTRY_VERIFY(bar->isVisible() && bar->value() >= 1);
        QVERIFY(test::labelSays(*dialog, QStringLiteral("%1 of %2").arg(bar->value() + 1).arg(bar->maximum())));
        QTest::keyClick(dialog, Qt::Key_Escape);
        QVERIFY(dialog && dialog->isVisible());
        QTRY_VERIFY_WITH_TIMEOUT(!dialog->busy(), kPatience);
        QVERIFY(dialog->isVisible());
        QVERIFY(test::labelSays(*dialog, QStringLiteral("Cancelled")));
        // What was being written when it was cancelled may be whole by then.
        const auto saved = QDir(folder).entryList(QDir::Files | QDir::Hidden).size();
        QVERIFY(saved >= 1 && saved < bar->maximum());
        QVERIFY(test::labelSays(*dialog, QStringLiteral("%1 of %2 charts saved in").arg(saved).arg(bar->maximum())));
        QVERIFY(!bar->isVisible());
        // It can be asked for again, with a mouse, and cancelled with one.
        QVERIFY(buttonNamed(*dialog, "Save…")->isEnabled());
        dialog->writeTo(folder.toStdString());
        QTest::mouseClick(buttonNamed(*dialog, "Cancel"), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(!dialog->busy(), kPatience);
        QVERIFY(test::labelSays(*dialog, QStringLiteral("Nothing was written")));
        QTest::keyClick(dialog, Qt::Key_Escape);
        QVERIFY(!dialog || !dialog->isVisible());
    }

    void aWindowClosedWhileChartsAreWrittenGoesAtOnce() {
        QTest::keyClick(window_, Qt::Key_E, Qt::ControlModifier | Qt::ShiftModifier);
        auto* dialog = window_->findChild<ExportDialog*>();
        QVERIFY(dialog);
        const QString folder = fixture_.folder.filePath("left");
        dialog->writeTo(folder.toStdString());
        QTRY_VERIFY(dialog->findChild<QProgressBar*>()->maximum() > 1);
        fixture_.window.reset();
        for (const auto& name : QDir(folder).entryList(QDir::Files | QDir::Hidden))
            QVERIFY(!QImage(QDir(folder).filePath(name)).isNull());
    }

    void anUnwritableTargetIsSaidInTheDialog() {
        QTest::keyClick(window_, Qt::Key_E, Qt::ControlModifier);
        auto* dialog = window_->findChild<ExportDialog*>();
        dialog->writeTo("/absent/folder/chart.png");
        QTRY_VERIFY(!dialog->busy());
        QTRY_VERIFY(test::labelSays(*dialog, QStringLiteral("Not saved. /absent/folder/chart.png")));
        QVERIFY(dialog->isVisible());
        dialog->close();
    }

    void preprocessingIsEditedAndUndone() {
        comparePage()->editPreprocessing();
        auto* dialog = comparePage()->findChild<PreprocessingDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        QCOMPARE(dialog->value(), window_->session().preprocessing());
        const bool before = dialog->value().normalize;
        for (auto* box : dialog->findChildren<QCheckBox*>())
            if (box->text().startsWith(QStringLiteral("Subtract"))) box->click();
        waitForReport([&] { dialog->accept(); });
        QCOMPARE(window_->session().report()->preprocessing.normalize, !before);
        waitForReport([this] { window_->session().undoStack().undo(); });
        QCOMPARE(window_->session().report()->preprocessing.normalize, before);
    }

    void everyControlHasANameForScreenReaders() { QCOMPARE(test::controlWithoutName(*window_), QString()); }

    void everythingFitsAtTheSmallestSize() {
        for (const char* name : {"fp16", "tf32", "e4m3", "e5m2", "fp64"})
            waitForReport([this, name] { toggle(name)->click(); });
        for (const QSize size : {QSize(1024, 640), QSize(1239, 700), QSize(1240, 700), QSize(1440, 900)}) {
            window_->resize(size);
            QCOMPARE(window_->size(), size);
            // The toggles give up their full names once the layout has told them their width.
            QTRY_COMPARE(test::partThatDoesNotFit(*comparePage()), QString());
        }
    }

    void pagesAreReachedByKeyboard() {
        for (int i = 0; i < static_cast<int>(window_->pages().size()); ++i) {
            QTest::keyClick(window_, static_cast<Qt::Key>(Qt::Key_1 + i), Qt::ControlModifier);
            QCOMPARE(window_->currentPage(), window_->pages()[static_cast<std::size_t>(i)]);
        }
    }

    void closingWhileBusyEndsCleanly() {
        settings().set(option::kTimedRuns, 1000);
        settings().set(option::kTimeLimit, 60.0);
        window_->session().run();
        QVERIFY(window_->session().busy());
        QElapsedTimer clock;
        clock.start();
        window_->close();
        fixture_.window.reset();
        QVERIFY(clock.elapsed() < 10000);
    }
};

QTEST_MAIN(TestWindow)
#include "test_window.moc"
