#include <QAbstractItemModelTester>
#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QImage>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableWidget>
#include <QTest>

#include "charts/chart.h"
#include "compare/option_bar.h"
#include "evaluate/flip_table.h"
#include "evaluate/source_bar.h"
#include "pages/evaluate_page.h"
#include "widgets/error_card.h"
#include "window_fixture.h"

using namespace mantissa;
using namespace mantissa::ui;
using test::kPatience;

namespace {

constexpr int kPictures = 60;

/// Pictures of 32 × 32 that differ from each other, in one subfolder a class; one is no picture at all.
void fill(const QString& folder) {
    const char* classes[]{"cat", "dog", "ship"};
    quint32 state = 7;
    for (int i = 0; i < kPictures; ++i) {
        QImage image(32, 32, QImage::Format_RGB888);
        for (int y = 0; y < 32; ++y)
            for (int x = 0; x < 32; ++x) {
                state = state * 1664525 + 1013904223;
                const int noise = static_cast<int>(state >> 26);
                image.setPixelColor(
                    x, y,
                    QColor((i * 53 + noise) % 256, (i * 29 + x * (i % 7) + noise) % 256, (i * 11 + y * (i % 5)) % 256));
            }
        const QString below = folder + QLatin1Char('/') + QLatin1String(classes[i % 3]);
        QDir().mkpath(below);
        image.save(below + QStringLiteral("/%1.png").arg(i, 3, 10, QLatin1Char('0')));
    }
    QFile broken(folder + QStringLiteral("/cat/broken.png"));
    if (broken.open(QIODevice::WriteOnly)) broken.write("this is text");
}

}  // namespace

/// The Folder page as a user has it, with the bundled model.
class TestEvaluatePage final : public QObject {
    Q_OBJECT

    test::WindowFixture fixture_;
    MainWindow* window_ = nullptr;

    EvaluatePage* page() const { return window_->findChild<EvaluatePage*>(); }
    FolderSession& folder() const { return window_->session().folder(); }
    PictureSource source() const { return {.path = (fixture_.folder.path() + QStringLiteral("/set")).toStdString()}; }
    void evaluate() {
        QVERIFY(test::leadsTo(folder(), &FolderSession::reportReady,
                              [this] { QTest::mouseClick(page()->source().runButton(), Qt::LeftButton); }));
    }

  private slots:
    void initTestCase() {
        Theme::instance().install();
        fill(fixture_.folder.path() + QStringLiteral("/set"));
    }

    void init() {
        QVERIFY(fixture_.open());
        window_ = fixture_.window.get();
        Choices choices = window_->session().choices();
        choices.candidates = {format("bf16"), format("e5m2")};
        window_->session().setRunOnChange(false);
        window_->session().choose("Turn on E5M2", choices);
        QVERIFY(fixture_.showPage<EvaluatePage>());
    }
    void cleanup() { fixture_.window.reset(); }

    void nothingCanRunBeforePicturesAreChosen() {
        QVERIFY(!page()->source().runButton()->isEnabled());
        QVERIFY(!page()->source().saveButton()->isEnabled());
        for (Chart* chart : page()->charts()) QVERIFY(!chart->emptyText().isEmpty());
        folder().setSource(source());
        QVERIFY(page()->source().runButton()->isEnabled());
    }

    void aFolderIsEvaluatedAndEveryChartDrawn() {
        folder().setSource(source());
        evaluate();
        const auto& report = folder().report();
        QCOMPARE(report->done.size(), static_cast<std::size_t>(kPictures));
        QCOMPARE(report->skipped.size(), std::size_t{1});
        QVERIFY(report->reference().top1.has_value());
        QVERIFY(report->runs[2].flips > 0);
        QVERIFY2(page()->finding().contains(QString::number(report->runs[2].flips)), qPrintable(page()->finding()));
        for (Chart* chart : page()->charts()) {
            QVERIFY2(chart->emptyText().isEmpty(), qPrintable(chart->name()));
            QVERIFY2(!chart->finding().isEmpty(), qPrintable(chart->name()));
            QVERIFY2(!chart->table().rows.empty(), qPrintable(chart->name()));
            QVERIFY2(chart->provenance().contains(QStringLiteral("set, %1 pictures").arg(kPictures)),
                     qPrintable(chart->provenance()));
        }
        QVERIFY(page()->source().saveButton()->isEnabled());
        QVERIFY(!folder().stale());
    }

    void changedAnswersAreListedWithPicturesAndOpenOnAClick() {
        folder().setSource(source());
        evaluate();
        page()->candidateBox().setCurrentIndex(1);
        emit page()->candidateBox().activated(1);
        FlipTable& flips = page()->flips();
        const QAbstractItemModelTester tester(const_cast<FlipModel*>(&flips.flips()),
                                              QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto& run = folder().report()->runs[2];
        QCOMPARE(flips.model()->rowCount(), static_cast<int>(run.flips));
        QTRY_VERIFY_WITH_TIMEOUT(flips.flips().hasThumbnail(0), kPatience);
        // The widest margin first.
        for (int row = 1; row < flips.flips().rowCount(); ++row) {
            const auto margin = [&](int at) {
                return flips.flips().index(at, FlipModel::margin).data(FlipModel::kSortRole).toDouble();
            };
            QVERIFY(margin(row - 1) >= margin(row));
        }
        QSignalSpy opened(&folder(), &FolderSession::pictureOpened);
        const QString name = flips.model()->index(0, FlipModel::picture).data().toString();
        QTest::mouseClick(flips.viewport(), Qt::LeftButton, {},
                          flips.visualRect(flips.model()->index(0, FlipModel::picture)).center());
        QVERIFY(opened.count() > 0 || opened.wait(kPatience));
        QVERIFY(name.endsWith(QString::fromStdString(window_->session().image()->name)));
        QVERIFY2(!page()->isVisible(), "Compare is in front");
    }

    void theListIsCopiedFromTheKeyboard() {
        folder().setSource(source());
        evaluate();
        page()->candidateBox().setCurrentIndex(1);
        emit page()->candidateBox().activated(1);
        QVERIFY(page()->flips().flips().rowCount() > 0);
        page()->flips().setFocus();
        QTest::keySequence(&page()->flips(), QKeySequence::Copy);
        QVERIFY(QApplication::clipboard()->text().startsWith(QStringLiteral("Picture\tFP32\t")));
    }

    void otherChoicesMakeTheResultStale() {
        folder().setSource(source());
        evaluate();
        Choices choices = window_->session().choices();
        choices.candidates = {format("fp16")};
        window_->session().choose("Turn on FP16", choices);
        QVERIFY(folder().stale());
    }

    void cancellingKeepsWhatIsDoneAndContinueGoesOn() {
        // Enough work that it cannot be over before it is cancelled.
        const QString big = fixture_.folder.path() + QStringLiteral("/big");
        QDir().mkpath(big);
        const QString one = fixture_.folder.path() + QStringLiteral("/set/cat/000.png");
        for (int i = 0; i < 1500; ++i)
            QFile::link(one, big + QStringLiteral("/%1.png").arg(i, 4, 10, QLatin1Char('0')));
        folder().setSource({.path = big.toStdString()});
        QSignalSpy ready(&folder(), &FolderSession::reportReady);
        const auto connection =
            connect(&window_->session(), &Session::progress, this, [this](const ProgressUpdate& update) {
                if (folder().running() && update.done >= 64 && update.done < update.total) window_->session().cancel();
            });
        QTest::mouseClick(page()->source().runButton(), Qt::LeftButton);
        QVERIFY(ready.count() > 0 || ready.wait(kPatience));
        disconnect(connection);
        QVERIFY(folder().report()->partial);
        QVERIFY(folder().canGoOn());
        QVERIFY(page()->finding().contains(QStringLiteral("partial")));
        const std::size_t done = folder().report()->done.size();
        QVERIFY(done >= 64 && done < 1500);
        QCOMPARE(page()->source().runButton()->text(), QStringLiteral("Continue"));
        evaluate();
        QVERIFY(!folder().report()->partial);
        QCOMPARE(folder().report()->done.size(), std::size_t{1500});
        QVERIFY(folder().report()->resumed >= static_cast<std::int64_t>(done));
    }

    void filesAreWrittenWhole() {
        folder().setSource(source());
        evaluate();
        QSignalSpy saved(&folder(), &FolderSession::saved);
        folder().save(fixture_.folder.filePath("out.csv").toStdString(), FolderSession::FileForm::csv);
        QVERIFY(saved.count() > 0 || saved.wait(kPatience));
        QFile csv(fixture_.folder.filePath("out.csv"));
        QVERIFY(csv.open(QIODevice::ReadOnly));
        QCOMPARE(csv.readAll().count('\n'), 1 + 3 * kPictures);
        QSignalSpy problem(&window_->session(), &Session::problem);
        folder().save(fixture_.folder.filePath("no/such/out.json").toStdString(), FolderSession::FileForm::json);
        QVERIFY(problem.count() > 0 || problem.wait(kPatience));
    }

    void aFolderWithoutPicturesIsSaidInPlace() {
        QDir().mkpath(fixture_.folder.filePath("empty"));
        folder().setSource({.path = fixture_.folder.filePath("empty").toStdString()});
        QSignalSpy problem(&window_->session(), &Session::problem);
        QTest::mouseClick(page()->source().runButton(), Qt::LeftButton);
        QVERIFY(problem.count() > 0 || problem.wait(kPatience));
        auto* card = window_->findChild<ErrorCard*>();
        QVERIFY(card->isVisible());
        QVERIFY(QString::fromStdString(card->problem().error.text()).contains(QStringLiteral("no pictures")));
        QVERIFY(!folder().running());
    }
};

QTEST_MAIN(TestEvaluatePage)
#include "test_evaluate_page.moc"
