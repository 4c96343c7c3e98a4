#include "dot/vector_box.h"

#include <QButtonGroup>
#include <QComboBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QSpinBox>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "number_text.h"
#include "session/session.h"
#include "session/settings.h"
#include "study/neuron.h"
#include "widgets/card.h"

namespace mantissa::ui {
namespace {

constexpr int kSliderSteps = 16;  ///< a doubling of n

struct DataWords {
    DotData data;
    const char* text;
    const char* toolTip;
};
constexpr DataWords kData[] = {
    {DotData::ones, "All ones: a = b = 1", "Every term is 1; the exact sum is n."},
    {DotData::growing, "Growing: 1, 2, 3, …", "a = 1, 2, 3, …, b = 1; the exact sum is n (n + 1) / 2."},
    {DotData::uniform, "Uniform, 0 to 1", "Both vectors random on [0, 1): the terms are positive, 1/4 in the mean."},
    {DotData::normal, "Normal, mean 0, deviation 1", "Both vectors random: the terms cancel."},
    {DotData::cancelling, "Large + ones − large", "4096 + 1 + … + 1 − 4096; the exact sum is n − 2."},
    {DotData::file, "Two tensors of a file…", "Two tensors of a safetensors file or PyTorch checkpoint, flattened."},
    {DotData::neuron, "A neuron of the loaded model…",
     "A row of a layer's weights with the activations that it meets for the current image."},
};

int sliderOf(int terms) { return static_cast<int>(std::lround(std::log2(terms) * kSliderSteps)); }

QLabel* caption(const QString& text, QWidget* buddy, QWidget* parent) {
    auto* label = roleLabel(text, "caption", parent);
    label->setBuddy(buddy);
    return label;
}

}  // namespace

VectorBox::VectorBox(Session& session, DotSession& dot, QWidget* parent)
    : QWidget(parent), session_(session), dot_(dot), data_(new QButtonGroup(this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    for (const auto& words : kData) {
        auto* radio = new QRadioButton(tr(words.text), this);
        radio->setToolTip(tr(words.toolTip));
        data_->addButton(radio, static_cast<int>(words.data));
        layout->addWidget(radio);
    }
    layout->addWidget(makeFileRows());
    layout->addWidget(makeNeuronRows());
    layout->addWidget(makeLengthRow());
    connect(data_, &QButtonGroup::idClicked, this, [this](int id) { chooseData(static_cast<DotData>(id)); });
    connect(&dot_, &DotSession::choicesChanged, this, &VectorBox::follow);
    connect(&dot_, &DotSession::tensorsRead, this, &VectorBox::showTensors);
    connect(&session_, &Session::modelChanged, this, &VectorBox::fillLayers);
    connect(&session_, &Session::imageChanged, this, &VectorBox::follow);
    fillLayers();
}

QWidget* VectorBox::makeLengthRow() {
    lengthRow_ = new QWidget(this);
    auto* grid = new QGridLayout(lengthRow_);
    grid->setContentsMargins(0, 4, 0, 0);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(4);
    terms_ = new QSpinBox(lengthRow_);
    terms_->setRange(1, kMostTermsShown);
    terms_->setKeyboardTracking(false);
    terms_->setAccessibleName(tr("Length n"));
    power_ = roleLabel({}, "caption", lengthRow_);
    slider_ = new QSlider(Qt::Horizontal, lengthRow_);
    slider_->setRange(0, sliderOf(kMostTermsShown));
    slider_->setPageStep(kSliderSteps);
    slider_->setAccessibleName(tr("Length n, logarithmic"));
    slider_->setToolTip(tr("Page Up and Page Down double and halve n"));
    seed_ = new QSpinBox(lengthRow_);
    seed_->setRange(0, 999'999'999);
    seed_->setKeyboardTracking(false);
    seed_->setAccessibleName(tr("Seed"));
    seedNote_ = roleLabel(tr("not used here"), "caption", lengthRow_);
    grid->addWidget(caption(tr("Length n"), terms_, lengthRow_), 0, 0);
    grid->addWidget(terms_, 0, 1);
    grid->addWidget(power_, 0, 2);
    grid->addWidget(slider_, 1, 0, 1, 3);
    grid->addWidget(caption(tr("Seed"), seed_, lengthRow_), 2, 0);
    grid->addWidget(seed_, 2, 1);
    grid->addWidget(seedNote_, 2, 2);
    grid->setColumnStretch(2, 1);
    connect(terms_, &QSpinBox::valueChanged, this, &VectorBox::chooseTerms);
    connect(slider_, &QSlider::valueChanged, this, [this](int at) {
        chooseTerms(std::min(kMostTermsShown, static_cast<int>(std::lround(std::exp2(double(at) / kSliderSteps)))));
    });
    connect(seed_, &QSpinBox::valueChanged, this, [this](int seed) {
        DotChoices choices = dot_.choices();
        choices.seed = static_cast<quint64>(seed);
        dot_.choose(tr("Change the seed"), choices, QStringLiteral("seed"));
    });
    return lengthRow_;
}

QWidget* VectorBox::makeFileRows() {
    fileRows_ = new QWidget(this);
    auto* grid = new QGridLayout(fileRows_);
    grid->setContentsMargins(22, 2, 0, 2);
    grid->setSpacing(4);
    fileButton_ = new QPushButton(tr("Choose a file…"), fileRows_);
    tensorA_ = new QComboBox(fileRows_);
    tensorB_ = new QComboBox(fileRows_);
    fileProblem_ = roleLabel({}, "errorText", fileRows_);
    fileProblem_->setWordWrap(true);
    grid->addWidget(fileButton_, 0, 0, 1, 2);
    int row = 1;
    for (auto* box : {tensorA_, tensorB_}) {
        const QString name = box == tensorA_ ? tr("a") : tr("b");
        box->setAccessibleName(tr("Tensor %1").arg(name));
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(8);
        grid->addWidget(caption(name, box, fileRows_), row, 0);
        grid->addWidget(box, row++, 1);
        connect(box, &QComboBox::activated, this, [this] {
            DotChoices choices = dot_.choices();
            choices.tensors.a = tensorA_->currentText().toStdString();
            choices.tensors.b = tensorB_->currentText().toStdString();
            dot_.choose(tr("Change the tensors"), choices);
        });
    }
    grid->addWidget(fileProblem_, row, 0, 1, 2);
    grid->setColumnStretch(1, 1);
    connect(fileButton_, &QPushButton::clicked, this, &VectorBox::chooseFile);
    return fileRows_;
}

QWidget* VectorBox::makeNeuronRows() {
    neuronRows_ = new QWidget(this);
    auto* grid = new QGridLayout(neuronRows_);
    grid->setContentsMargins(22, 2, 0, 2);
    grid->setSpacing(4);
    layer_ = new QComboBox(neuronRows_);
    layer_->setAccessibleName(tr("Layer"));
    layer_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    layer_->setMinimumContentsLength(8);
    output_ = new QSpinBox(neuronRows_);
    output_->setAccessibleName(tr("Output"));
    output_->setKeyboardTracking(false);
    grid->addWidget(caption(tr("Layer"), layer_, neuronRows_), 0, 0);
    grid->addWidget(layer_, 0, 1);
    grid->addWidget(caption(tr("Output"), output_, neuronRows_), 1, 0);
    grid->addWidget(output_, 1, 1);
    grid->setColumnStretch(1, 1);
    connect(layer_, &QComboBox::activated, this, [this] {
        const QSignalBlocker quiet(output_);
        output_->setValue(0);
        chooseNeuron();
    });
    connect(output_, &QSpinBox::valueChanged, this, &VectorBox::chooseNeuron);
    return neuronRows_;
}

QAbstractButton* VectorBox::button(DotData kind) const { return data_->button(static_cast<int>(kind)); }

void VectorBox::chooseData(DotData kind) {
    DotChoices choices = dot_.choices();
    if (kind == DotData::file && choices.tensors.file.empty()) {
        follow();  // nothing is chosen until there is a file
        return chooseFile();
    }
    choices.data = kind;
    dot_.choose(tr("Change the vectors"), choices);
}

void VectorBox::chooseFile() {
    Settings& settings = session_.settings();
    const QString path =
        QFileDialog::getOpenFileName(this, tr("Open tensors"), settings.folder(QStringLiteral("tensors")),
                                     tr("Checkpoints (*.safetensors *.pt *.pth *.bin);;All files (*)"));
    if (path.isEmpty()) return;
    settings.setFolder(QStringLiteral("tensors"), QFileInfo(path).absolutePath());
    setFile(path);
}

void VectorBox::setFile(const QString& path) { dot_.readTensors(path.toStdString()); }

void VectorBox::showTensors(const QString& file, const QStringList& names, const QString& problem) {
    fileProblem_->setText(
        names.isEmpty() && problem.isEmpty() ? tr("%1 holds no tensors").arg(QFileInfo(file).fileName()) : problem);
    fileProblem_->setVisible(!fileProblem_->text().isEmpty());
    if (names.isEmpty()) return fileRows_->show();
    for (auto* box : {tensorA_, tensorB_}) {
        box->clear();
        box->addItems(names);
    }
    DotChoices choices = dot_.choices();
    choices.data = DotData::file;
    choices.tensors = {file.toStdString(), names.front().toStdString(), names.front().toStdString()};
    dot_.choose(tr("Open %1").arg(QFileInfo(file).fileName()), choices);
}

void VectorBox::chooseTerms(int terms) {
    DotChoices choices = dot_.choices();
    choices.terms = terms;
    dot_.choose(tr("Change n"), choices, QStringLiteral("n"));
}

void VectorBox::chooseNeuron() {
    DotChoices choices = dot_.choices();
    choices.layer = layer_->currentText().toStdString();
    choices.output = output_->value();
    dot_.choose(tr("Change the neuron"), choices, QStringLiteral("neuron"));
}

void VectorBox::fillLayers() {
    layer_->clear();
    if (const auto& model = session_.model())
        for (const auto& layer : neuronLayers(model->graph))
            layer_->addItem(QString::fromStdString(layer.layer), static_cast<int>(layer.outputs));
    follow();
}

void VectorBox::follow() {
    const DotChoices& choices = dot_.choices();
    const QSignalBlocker quiet[] = {QSignalBlocker(terms_), QSignalBlocker(slider_), QSignalBlocker(seed_),
                                    QSignalBlocker(output_)};
    button(choices.data)->setChecked(true);
    button(DotData::neuron)->setEnabled(layer_->count() > 0 && session_.image().has_value());
    fileRows_->setVisible(choices.data == DotData::file);
    neuronRows_->setVisible(choices.data == DotData::neuron);
    lengthRow_->setVisible(choices.madeUp());
    terms_->setValue(choices.terms);
    slider_->setValue(sliderOf(choices.terms));
    const bool power = (choices.terms & (choices.terms - 1)) == 0;
    power_->setText(power ? QStringLiteral("= 2") + superscriptText(static_cast<int>(std::log2(choices.terms)))
                          : QString());
    seed_->setValue(static_cast<int>(choices.seed));
    const bool random = choices.data == DotData::uniform || choices.data == DotData::normal;
    seed_->setEnabled(random);
    seedNote_->setVisible(!random);
    if (!choices.tensors.file.empty())
        fileButton_->setText(
            elidedMiddle(QFileInfo(QString::fromStdString(choices.tensors.file.string())).fileName(), 26));
    tensorA_->setCurrentText(QString::fromStdString(choices.tensors.a));
    tensorB_->setCurrentText(QString::fromStdString(choices.tensors.b));
    fileProblem_->setVisible(!fileProblem_->text().isEmpty());
    const int chosen = layer_->findText(QString::fromStdString(choices.layer));
    layer_->setCurrentIndex(chosen >= 0 ? chosen : layer_->count() - 1);
    output_->setRange(0, std::max(0, layer_->currentData().toInt() - 1));
    output_->setValue(choices.output);
}

}  // namespace mantissa::ui
