# Labelled sets out of Debian's packages, as CSV with Label last: Rscript PublicSets.R OUT DIGITS
# Debian: r-cran-mlbench r-cran-kernlab r-cran-modeldata r-cran-caret r-cran-dslabs r-cran-ggplot2 r-cran-survival. DIGITS is digits.csv.gz of Debian's
# python3-sklearn (sklearn/datasets/data; unpacking the package will do). One or more classes are normal, of the other rows a share of 2 to 10 % are anomalies;
# columns are numeric, ordered categories count 1, 2, ... and missing values are the column's median. By name in turn, sets go to OUT/choose and OUT/judge: what
# is decided on the first is judged once on the second.
arguments <- commandArgs(trailingOnly = TRUE)
out <- arguments[1]

numeric_columns <- function(x) {
  x <- as.data.frame(x)
  x <- x[, vapply(x, function(column) is.numeric(column) || is.ordered(column) || is.logical(column), TRUE), drop = FALSE]
  as.matrix(as.data.frame(lapply(x, function(column) {
    column <- as.numeric(column)
    column[!is.finite(column)] <- median(column[is.finite(column)])
    column
  })))
}

# At most `most` normal rows, and anomalies that are `share` of all rows, or as many as there are; drawn at random, the same for each run.
write_set <- function(name, x, is_normal, share, most = 5000) {
  x <- numeric_columns(x)
  set.seed(1)
  draw <- function(rows, count) rows[sample(length(rows), min(length(rows), count))]
  normal <- draw(which(is_normal), most)
  anomalous <- draw(which(!is_normal), round(length(normal) * share / (1 - share)))
  rows <- sample(c(normal, anomalous))
  set <- data.frame(x[rows, , drop = FALSE], Label = as.numeric(rows %in% anomalous))
  names(set) <- c(paste0("f", seq_len(ncol(x)) - 1), "Label")
  write.csv(set, file.path(out, paste0(name, ".csv")), row.names = FALSE, quote = FALSE)
}

load_set <- function(name, package) {
  here <- new.env()
  data(list = name, package = package, envir = here)
  as.data.frame(here[[ls(here)[1]]])
}

without <- function(x, ...) x[, setdiff(names(x), c(...)), drop = FALSE]

unlink(file.path(out, c("choose", "judge")), recursive = TRUE)
for (folder in c("choose", "judge")) dir.create(file.path(out, folder), recursive = TRUE, showWarnings = FALSE)

satellite <- load_set("Satellite", "mlbench")
write_set("satellite_cotton", without(satellite, "classes"), satellite$classes != "cotton crop", 0.02)
write_set("satellite_red", without(satellite, "classes"), satellite$classes == "red soil", 0.05)
write_set("satellite_soils", without(satellite, "classes"), satellite$classes %in% c("red soil", "grey soil", "very damp grey soil"), 0.1)
letters_set <- load_set("LetterRecognition", "mlbench")
write_set("letters_one", without(letters_set, "lettr"), letters_set$lettr == "U", 0.05)
write_set("letters_three", without(letters_set, "lettr"), letters_set$lettr %in% c("A", "B", "C"), 0.06)
write_set("letters_twenty", without(letters_set, "lettr"), letters_set$lettr %in% LETTERS[1:20], 0.05)
write_set("letters_vowels", without(letters_set, "lettr"), !letters_set$lettr %in% c("A", "E", "I", "O", "U"), 0.03)
vehicle <- load_set("Vehicle", "mlbench")
write_set("vehicle_cars", without(vehicle, "Class"), vehicle$Class %in% c("opel", "saab"), 0.08)
write_set("vehicle_van", without(vehicle, "Class"), vehicle$Class == "van", 0.1)
pima <- load_set("PimaIndiansDiabetes", "mlbench")
write_set("pima", without(pima, "diabetes"), pima$diabetes == "neg", 0.1)
spoken <- load_set("Vowel", "mlbench")
write_set("spoken_vowels", without(spoken, "V1", "Class"), spoken$Class %in% c("hid", "hId", "hEd", "hAd", "hYd", "had", "hOd", "hod"), 0.05)
soybean <- load_set("Soybean", "mlbench")
common <- c("brown-spot", "alternarialeaf-spot", "frog-eye-leaf-spot", "phytophthora-rot")
write_set("soybean", lapply(without(soybean, "Class"), as.integer), soybean$Class %in% common, 0.08)
votes <- load_set("HouseVotes84", "mlbench")
write_set("votes", lapply(without(votes, "Class"), as.integer), votes$Class == "democrat", 0.08)
spam <- load_set("spam", "kernlab")
write_set("spam", without(spam, "type"), spam$type == "nonspam", 0.1)
musk <- load_set("musk", "kernlab")
write_set("musk", without(musk, "Class"), musk$Class == 0, 0.08)
insurance <- load_set("ticdata", "kernlab")
write_set("insurance", without(insurance, "CARAVAN"), insurance$CARAVAN == "noinsurance", 0.06, most = 2500)
cells <- load_set("cells", "modeldata")
write_set("cells", without(cells, "case", "class"), cells$class == "PS", 0.07)
credit <- load_set("credit_data", "modeldata")
write_set("credit", without(credit, "Status"), credit$Status == "good", 0.1)
churn <- load_set("mlc_churn", "modeldata")
write_set("churn", without(churn, "churn"), churn$churn == "no", 0.1)
attrition <- load_set("attrition", "modeldata")
write_set("attrition", without(attrition, "Attrition"), attrition$Attrition == "No", 0.1)
loans <- load_set("lending_club", "modeldata")
write_set("loans", without(loans, "Class"), loans$Class == "good", 0.05)
plasma <- load_set("ad_data", "modeldata")
write_set("plasma", without(plasma, "Class"), plasma$Class == "Control", 0.08)
jobs <- load_set("hpc_data", "modeldata")
write_set("jobs", without(jobs, "class"), jobs$class %in% c("VF", "F"), 0.05)
penguins <- load_set("penguins", "modeldata")
write_set("penguins", without(penguins, "species"), penguins$species %in% c("Adelie", "Gentoo"), 0.05)
houses <- load_set("Sacramento", "modeldata")
write_set("houses_sacramento", without(houses, "type"), houses$type == "Residential", 0.05)
ames <- load_set("ames", "modeldata")
write_set("houses_ames", without(ames, "Bldg_Type"), ames$Bldg_Type == "OneFam", 0.05)
german <- load_set("GermanCredit", "caret")
write_set("german_credit", without(german, "Class"), german$Class == "Good", 0.1)
olive <- load_set("olive", "dslabs")
write_set("olive", without(olive, "region", "area"), olive$region == "Southern Italy", 0.06)
diamonds <- as.data.frame(ggplot2::diamonds)
write_set("diamonds", diamonds[, c("carat", "depth", "table", "price", "x", "y", "z")], diamonds$cut != "Fair", 0.03)
chains <- survival::flchain
write_set("light_chains", chains[, c("age", "kappa", "lambda", "creatinine")], !(chains$death == 1 & chains$futime < 400), 0.04)
digits <- read.csv(gzfile(arguments[2]), header = FALSE)
write_set("digits_one", digits[, 1:64], digits[, 65] != 1, 0.04)
write_set("digits_low", digits[, 1:64], digits[, 65] < 5, 0.05)

names <- sort(list.files(out, "\\.csv$"), method = "radix")
for (i in seq_along(names)) file.rename(file.path(out, names[i]), file.path(out, c("choose", "judge")[2 - i %% 2], names[i]))
