#include <QAbstractItemView>
#include <QComboBox>
#include <QDir>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeWidget>
#include <memory>

#include "hub/download_dialog.h"
#include "hub/fake_hub.h"
#include "main_window.h"
#include "number_text.h"
#include "session/hub_session.h"
#include "session/settings.h"
#include "theme/theme.h"
#include "window/file_box.h"
#include "window_fixture.h"

using namespace mantissa;
using namespace mantissa::ui;
using mantissa::test::FakeHub;
using mantissa::test::HubReply;
using mantissa::test::HubRequest;
using mantissa::ui::test::kPatience;

/// The dialog by keyboard and mouse against a hub on this computer, and the model list that follows it.
class TestDownload final : public QObject {
    Q_OBJECT

    std::unique_ptr<FakeHub> fake_;
    std::unique_ptr<QTemporaryDir> cache_;
    std::unique_ptr<HubSession> hub_;
    std::unique_ptr<DownloadDialog> dialog_;

    template <class T>
    T* part(const QString& accessibleName) const {
        for (T* widget : dialog_->findChildren<T*>())
            if (widget->accessibleName() == accessibleName) return widget;
        return nullptr;
    }
    QPushButton* button(const QString& text) const {
        for (auto* one : dialog_->findChildren<QPushButton*>())
            if (one->text().startsWith(text) && one->isVisible()) return one;
        return nullptr;
    }
    bool says(const QString& words, const QString& role = {}) const {
        for (auto* label : dialog_->findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(words) &&
                (role.isEmpty() || label->property("role") == role))
                return true;
        return false;
    }
    bool reaches(HubSession::State state) const {
        return QTest::qWaitFor([&] { return hub_->state() == state; }, kPatience);
    }
    QString snapshot() const {
        return cache_->filePath("models--apple--tiny/snapshots/" + QString::fromStdString(fake_->commit()));
    }
    int contentRequests() const {
        int count = 0;
        for (const auto& request : fake_->requests()) count += request.path.find("/resolve/") != std::string::npos;
        return count;
    }
    static constexpr const char* kFiles[]{"config.json", "preprocessor_config.json", "model.safetensors"};
    static QByteArray bundled(const QString& name) {
        QFile file(QStringLiteral(MANTISSA_SOURCE_DIR "/models/simple-cnn-cifar10/") + name);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void addBundledModel() const {
        for (const char* name : kFiles)
            fake_->add(name, bundled(name).toStdString(),
                       name == std::string("model.safetensors") ? FakeHub::Storage::lfs : FakeHub::Storage::git);
    }
    /// The weights come in pieces, slowly, unless asked for from somewhere in the middle.
    void sendSlowly() const {
        fake_->answer("/content/", [hub = fake_.get()](const HubRequest& request) {
            HubReply reply = hub->honest(request);
            if (request.range.empty()) reply.pauseMs = 150;
            return reply;
        });
    }

  private slots:
    void initTestCase() {
        qputenv("no_proxy", "127.0.0.1,127.0.0.2");
        for (const char* name : {"HF_TOKEN", "HF_HUB_OFFLINE", "HUGGINGFACE_HUB_CACHE"}) qunsetenv(name);
        Theme::instance().install();
    }

    void init() {
        fake_ = std::make_unique<FakeHub>();
        fake_->describe("simple_cnn", "SimpleCNN");
        addBundledModel();
        cache_ = std::make_unique<QTemporaryDir>();
        qputenv("HF_ENDPOINT", QByteArray::fromStdString(fake_->endpoint()));
        qputenv("HF_HUB_CACHE", cache_->path().toLocal8Bit());
        hub_ = std::make_unique<HubSession>();
        dialog_ = std::make_unique<DownloadDialog>(*hub_);
        dialog_->show();
        QVERIFY(QTest::qWaitForWindowActive(dialog_.get()));
    }
    void cleanup() {
        dialog_.reset();
        hub_.reset();
    }

    void downloadsByKeyboardAlone() {
        auto* name = part<QLineEdit>("Model");
        QCOMPARE(dialog_->focusWidget(), name);
        QTest::keyClicks(name, "apple/tiny");
        QTest::keyClick(name, Qt::Key_Return);
        QVERIFY(reaches(HubSession::State::planned));
        auto* files = part<QTreeWidget>("Files");
        QCOMPARE(files->topLevelItemCount(), 3);
        QCOMPARE(files->topLevelItem(2)->text(0), "model.safetensors");
        QCOMPARE(files->topLevelItem(2)->text(1), bytesText(bundled("model.safetensors").size()));
        QVERIFY(says("SimpleCNN"));
        std::int64_t total = 0;
        for (const char* one : kFiles) total += bundled(one).size();
        QVERIFY(button("Download " + bytesText(total)));
        QCOMPARE(contentRequests(), 0);
        QVERIFY(QDir(cache_->path()).isEmpty());

        QTest::keyClick(name, Qt::Key_Return);
        QVERIFY(reaches(HubSession::State::done));
        QVERIFY(QFile::exists(snapshot() + "/model.safetensors"));
        QVERIFY(says("digest of every file checked"));
        QSignalSpy opened(dialog_.get(), &DownloadDialog::openRequested);
        QTest::keyClick(dialog_->focusWidget(), Qt::Key_Return);
        QCOMPARE(opened.count(), 1);
        QCOMPARE(opened[0][0].toString(), snapshot());
        QVERIFY(!dialog_->isVisible());
    }

    void downloadsByMouse() {
        part<QLineEdit>("Model")->setText("https://huggingface.co/apple/tiny");
        QTest::mouseClick(button("Show files"), Qt::LeftButton);
        QVERIFY(reaches(HubSession::State::planned));
        QTest::mouseClick(button("Download"), Qt::LeftButton);
        QVERIFY(reaches(HubSession::State::done));
        QSignalSpy opened(dialog_.get(), &DownloadDialog::openRequested);
        QTest::mouseClick(button("Open model"), Qt::LeftButton);
        QCOMPARE(opened.count(), 1);
    }

    void suggestionsFillInTheNameAndReachNoNetwork() {
        auto* suggestions = part<QTreeWidget>("Models to start with");
        QCOMPARE(suggestions->topLevelItemCount(), 5);
        const QRect second = suggestions->visualItemRect(suggestions->topLevelItem(1));
        QTest::mouseClick(suggestions->viewport(), Qt::LeftButton, {}, second.center());
        QCOMPARE(part<QLineEdit>("Model")->text(), "apple/mobilevit-x-small");
        QVERIFY(button("Show files")->isEnabled());
        QTest::qWait(50);
        QCOMPARE(fake_->requests().size(), std::size_t{0});
        // By keyboard: down to the next, and Enter asks the hub for it.
        suggestions->setFocus();
        QTest::keyClick(suggestions, Qt::Key_Down);
        QTest::keyClick(suggestions, Qt::Key_Return);
        QVERIFY(QTest::qWaitFor([&] { return !fake_->requests().empty() && !hub_->busy(); }, kPatience));
        QCOMPARE(part<QLineEdit>("Model")->text(), "apple/mobilevit-xx-small");
        QVERIFY(fake_->requests().front().path.starts_with("/api/models/apple/mobilevit-xx-small/"));
    }

    void aProblemIsSaidInPlace() {
        auto* name = part<QLineEdit>("Model");
        QTest::keyClicks(name, "apple/other");
        QTest::keyClick(name, Qt::Key_Return);
        QVERIFY(QTest::qWaitFor([&] { return says("there is no such model", "errorText"); }, kPatience));
        QVERIFY(!button("Download"));
        // What is typed next is another question.
        QTest::keyClick(name, Qt::Key_Backspace);
        QVERIFY(!says("there is no such model"));
        name->setText("no name at all");
        QTest::keyClick(name, Qt::Key_Return);
        QVERIFY(says("is no model's name", "errorText"));
        QCOMPARE(fake_->requests().size(), std::size_t{1});
    }

    void anotherNameForgetsTheFilesThatAreShown() {
        auto* name = part<QLineEdit>("Model");
        name->setText("apple/tiny");
        QTest::keyClick(name, Qt::Key_Return);
        QVERIFY(reaches(HubSession::State::planned));
        QTest::keyClicks(name, "x");
        QCOMPARE(hub_->state(), HubSession::State::idle);
        QCOMPARE(part<QTreeWidget>("Files")->topLevelItemCount(), 0);
        QVERIFY(!button("Download"));
    }

    void saysBeforehandThatAModelDoesNotRun() {
        fake_->describe("bert", "BertForMaskedLM");
        auto* name = part<QLineEdit>("Model");
        name->setText("apple/tiny");
        QTest::keyClick(name, Qt::Key_Return);
        QVERIFY(reaches(HubSession::State::planned));
        QVERIFY(says("Mantissa does not run it", "cautionText"));
    }

    void escapeCancelsAndTheNextDownloadGoesOn() {
        sendSlowly();
        auto* name = part<QLineEdit>("Model");
        name->setText("apple/tiny");
        QTest::keyClick(name, Qt::Key_Return);
        QVERIFY(reaches(HubSession::State::planned));
        QTest::keyClick(name, Qt::Key_Return);
        auto* bar = part<QProgressBar>("Progress");
        QVERIFY(
            QTest::qWaitFor([&] { return bar->isVisible() && bar->maximum() > 0 && bar->value() > 250; }, kPatience));
        QVERIFY(says("model.safetensors: "));
        QTest::keyClick(name, Qt::Key_Escape);
        QVERIFY(reaches(HubSession::State::planned));
        QVERIFY(dialog_->isVisible());
        QVERIFY(says("Cancelled"));
        QVERIFY(!part<QTreeWidget>("Files")->topLevelItem(2)->text(2).isEmpty());
        QVERIFY(!QFile::exists(snapshot()));
        QTest::keyClick(name, Qt::Key_Return);
        QVERIFY(reaches(HubSession::State::done));
        QVERIFY(fake_->requests().back().range.starts_with("bytes="));
        QVERIFY(QFile::exists(snapshot() + "/model.safetensors"));
        QTest::keyClick(name, Qt::Key_Escape);
        QVERIFY(!dialog_->isVisible());
    }

    void closingTheDialogEndsTheDownload() {
        sendSlowly();
        part<QLineEdit>("Model")->setText("apple/tiny");
        button("Show files")->click();
        QVERIFY(reaches(HubSession::State::planned));
        button("Download")->click();
        QVERIFY(QTest::qWaitFor([&] { return fake_->bytesSent() > 20'000; }, kPatience));
        dialog_->close();
        QVERIFY(!dialog_->isVisible());
        QCOMPARE(hub_->state(), HubSession::State::idle);
        QTest::qWait(300);
        QVERIFY(!QFile::exists(snapshot()));
    }

    void theWindowOffersTheCacheAndTheDialog() {
        QTemporaryDir folder;
        Settings settings(folder.filePath("settings.ini"));
        settings.set(option::kTimedRuns, 2);
        MainWindow window(settings);
        QSignalSpy listed(&window.hub(), &HubSession::cachedChanged);
        window.show();
        window.start({});
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QVERIFY(listed.count() > 0 || listed.wait(kPatience));
        QCOMPARE(fake_->requests().size(), std::size_t{0});

        auto* box = window.findChild<FileBox*>();
        QVERIFY(box->findText("apple/tiny", Qt::MatchStartsWith) < 0);
        QTest::keyClick(&window, Qt::Key_D, Qt::ControlModifier);
        auto* dialog = window.findChild<DownloadDialog*>();
        QVERIFY(dialog && dialog->isVisible());
        QVERIFY(!dialog->isModal());
        // The entry of the model list shows the same one again.
        emit box->activated(box->findText("Download from Hugging Face…"));
        QCOMPARE(window.findChildren<DownloadDialog*>().size(), 1);

        window.hub().ask("apple/tiny");
        QVERIFY(QTest::qWaitFor([&] { return window.hub().state() == HubSession::State::planned; }, kPatience));
        listed.clear();
        window.hub().download();
        QVERIFY(listed.wait(kPatience));
        const int row = box->findText("apple/tiny: SimpleCNN, ", Qt::MatchStartsWith);
        QVERIFY(row > 0);
        QSignalSpy opened(&window.session(), &Session::modelChanged);
        emit box->activated(row);
        QVERIFY(opened.count() > 0 || opened.wait(kPatience));
        QCOMPARE(QString::fromStdString(window.session().model()->path.string()), snapshot());
        // Among the recent ones the folder's own name, a commit, would say nothing.
        for (int i = 0; i < box->count(); ++i)
            QVERIFY2(!box->itemText(i).startsWith("cccc"), qPrintable(box->itemText(i)));
    }

    void modelsThatDoNotRunCannotBeChosen() {
        QDir(cache_->path()).mkpath("models--bert/snapshots/" + QString(40, 'a'));
        QFile config(cache_->filePath("models--bert/snapshots/" + QString(40, 'a') + "/config.json"));
        QVERIFY(config.open(QIODevice::WriteOnly));
        config.write(R"({"model_type": "bert", "architectures": ["BertForMaskedLM"]})");
        config.close();
        QTemporaryDir folder;
        Settings settings(folder.filePath("settings.ini"));
        MainWindow window(settings);
        auto* box = window.findChild<FileBox*>();
        QSignalSpy listed(&window.hub(), &HubSession::cachedChanged);
        emit box->aboutToOpen();
        QVERIFY(listed.wait(kPatience));
        const int row = box->findText("bert@aaaaaaaaaaaa: BertForMaskedLM, ", Qt::MatchStartsWith);
        QVERIFY(row > 0);
        QVERIFY(box->itemText(row).contains("does not run"));
        QVERIFY(!(box->model()->flags(box->model()->index(row, 0)) & Qt::ItemIsEnabled));
        QVERIFY(box->itemData(row, Qt::ToolTipRole).toString().contains("BertForMaskedLM"));
    }
};

QTEST_MAIN(TestDownload)
#include "test_download.moc"
