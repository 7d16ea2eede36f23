# Mixed sets, features and categories, as CSV with Label last: Rscript MixedSets.R OUT
# Debian: r-cran-mlbench, r-cran-modeldata, r-cran-kernlab. Columns f0, f1, ... are numbers, c0, c1, ... categories, empty for missing; a set with a
# missing number in a row leaves the row out. A class is normal, the other is anomalies, at most one to nine normal rows.
arguments <- commandArgs(trailingOnly = TRUE)
set.seed(1)

write_set <- function(name, data, anomalous) {
  data <- as.data.frame(data)
  numeric <- sapply(data, is.numeric)
  kept <- which(!is.na(anomalous) & rowSums(is.na(data[, numeric, drop = FALSE])) == 0)
  data <- data[kept, , drop = FALSE]
  anomalous <- anomalous[kept]
  normal <- which(!anomalous)
  strange <- which(anomalous)
  count <- max(5, min(length(strange), round(length(normal) * 0.11)))
  strange <- strange[sample(length(strange), min(count, length(strange)))]
  rows <- c(normal, strange)
  labels <- c(rep(0, length(normal)), rep(1, length(strange)))
  order <- sample(length(rows))
  text <- function(x) {
    x <- gsub("[^A-Za-z0-9.+-]", "_", as.character(x))
    x[is.na(x)] <- ""
    x
  }
  features <- data[rows[order], numeric, drop = FALSE]
  categories <- as.data.frame(lapply(data[rows[order], !numeric, drop = FALSE], text))
  names(features) <- if (ncol(features) > 0) paste0("f", 0:(ncol(features) - 1)) else character()
  names(categories) <- paste0("c", 0:(ncol(categories) - 1))
  written <- if (ncol(features) > 0) cbind(features, categories) else categories
  write.csv(data.frame(written, Label = labels[order], check.names = FALSE), file.path(arguments[1], paste0(name, ".csv")), row.names = FALSE, quote = FALSE, na = "")
}

load_set <- function(name, package) {
  at <- new.env()
  data(list = name, package = package, envir = at)
  as.data.frame(get(name, at))
}

write_class <- function(name, package, column, anomalous, drop = character()) {
  set <- load_set(name, package)
  write_set(name, set[, setdiff(names(set), c(column, drop))], set[[column]] %in% anomalous)
}

write_class("credit_data", "modeldata", "Status", "bad")
write_class("attrition", "modeldata", "Attrition", "Yes")
write_class("wa_churn", "modeldata", "churn", "Yes")
write_class("mlc_churn", "modeldata", "churn", "yes")
write_class("lending_club", "modeldata", "Class", "bad")
write_class("hpc_data", "modeldata", "class", c("M", "L"))
write_class("ames", "modeldata", "Sale_Condition", c("Abnorml", "Partial", "Family", "Alloca", "AdjLand"), drop = "Sale_Price")
write_class("ticdata", "kernlab", "CARAVAN", "insurance")
write_class("income", "kernlab", "INCOME", "[75.000-")
write_class("Soybean", "mlbench", "Class", c("herbicide-injury", "cyst-nematode", "2-4-d-injury", "diaporthe-pod-&-stem-blight"))
write_class("HouseVotes84", "mlbench", "Class", "republican")
write_class("BreastCancer", "mlbench", "Class", "malignant", drop = "Id")
