# Oracles for competing risks: R's multi-state survfit, written to CSV files beside this script.
# R is not needed to run the tests; run `Rscript causes.R` here to renew the files.
#
# causes_lives.csv      mgus2 and pbc of R's package `survival`, and made-up lives with ties, one
#                       set of them with late entry
# causes_incidence.csv  probability of each cause with its log-log band. R's standard error is the
#                       infinitesimal jackknife: without late entry it equals the delta method's,
#                       with it the two differ, so such curves are compared without it.

suppressPackageStartupMessages(library(survival))
set.seed(20261124)

lives <- function(name, duration, cause, group, entry = 0) {
  data.frame(data = name, entry = entry, duration = duration, cause = cause, group = group)
}

mgus <- with(mgus2, lives(
  "mgus2", ifelse(pstat == 1, ptime, futime),
  ifelse(pstat == 1, "pcm", ifelse(death == 1, "death", "")), as.character(sex)
))
mgus <- mgus[mgus$duration > 0, ]
liver <- with(pbc[!is.na(pbc$trt), ], lives(
  "pbc", time, c("", "transplant", "death")[status + 1], as.character(trt)
))

n <- 240
made <- data.frame(entry = pmax(0, round(runif(n, -6, 6))), group = rep(c("a", "b"), n / 2))
made$duration <- made$entry + pmin(1 + rgeom(n, 0.08), 30)
made$cause <- sample(c("price", "people", "fit", ""), n, TRUE, c(0.3, 0.2, 0.2, 0.3))
ties <- with(made, lives("ties", duration, cause, group))
late <- with(made, lives("late", duration, cause, group, entry))

all <- rbind(mgus, liver, ties, late)

found <- NULL
for (name in unique(all$data)) {
  for (group in unique(all$group[all$data == name])) {
    d <- all[all$data == name & all$group == group, ]
    d$state <- factor(d$cause, c("", sort(setdiff(unique(d$cause), ""))))
    d$id <- seq_len(nrow(d))
    f <- if (any(d$entry > 0)) {
      survfit(Surv(entry, duration, state) ~ 1, data = d, id = id, conf.type = "log-log")
    } else {
      survfit(Surv(duration, state) ~ 1, data = d, conf.type = "log-log")
    }
    ended <- rowSums(f$n.event) > 0
    for (cause in setdiff(f$states, "(s0)")) {
      j <- match(cause, f$states)
      found <- rbind(found, data.frame(
        data = name, group = group, cause = cause, time = f$time[ended],
        events = f$n.event[ended, j], at_risk = f$n.risk[ended, 1],
        incidence = f$pstate[ended, j], se = f$std.err[ended, j],
        lower = f$lower[ended, j], upper = f$upper[ended, j]
      ))
    }
  }
}

save <- function(table, name) {
  numbers <- sapply(table, is.double)
  table[numbers] <- lapply(table[numbers], function(x) ifelse(is.na(x), "", sprintf("%.15g", x)))
  write.csv(table, paste0("causes_", name, ".csv"), row.names = FALSE, quote = FALSE, na = "")
}
# A few hundred rows say as much as thousands: every third time of the longer curves.
long <- found$data %in% c("mgus2", "pbc")
keep <- !long | ave(seq_along(long), found$data, found$group, found$cause, FUN = seq_along) %% 3 == 0
save(all, "lives")
save(found[keep, ], "incidence")
