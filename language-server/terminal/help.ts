/** Printed by `meanfield --help`. */
export const help = `meanfield tells whether neural networks can be trained as initialized.
It reads PyTorch model definitions and never runs them.

Usage
  meanfield analyze [PATH…] [options]   report on files, on directories, or on '-' (standard input)
  meanfield simulate FILE [options]     draw random networks of each model, run them, and compare with the theory
  meanfield lsp --stdio                 language server for editors
  meanfield --help | --version

Options of analyze
  -f, --format pretty|json   for people (default), or one JSON report for programs
  -m, --mode train|eval      as in the first step of training (default), or as after model.eval()
  -i, --input SHAPE          shape of the models' input with its batch: 4x3x96x96
  -q, --quiet                only findings and the closing line
      --full                 every layer, also those of long repetitive stacks
      --exit-zero            exit 0 although there are findings
  -j, --jobs N               processes that share a directory that takes longer than a second (one for every two cores)
      --no-color, --color    colours; by default on a terminal, unless NO_COLOR is set

Options of simulate
  -n, --draws N              networks that are drawn (16)
      --seed N               of the first of them (1)
  -m, --mode train|eval      as above
  -i, --input SHAPE          as above
      --full                 every operation, not only layers with weights

Directories are searched for .py and .ipynb files. What .gitignore and .git/info/exclude name is left out,
as are hidden directories, virtual environments, node_modules and site-packages, unless they are
named on the command line. Symbolic links inside directories are not followed.

Of a notebook the code cells are read in order, as one program: model.ipynb[cell 3]:12 is line 12 of
the third code cell. Outputs are never read.

Exit codes
  0   no finding of severity warning or error
  1   at least one warning or error
  2   wrong usage, a named file that cannot be read, or an internal error
`;
