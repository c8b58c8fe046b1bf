-- What luacheck has to know: `make test-neovim` runs it.
std = "luajit"
read_globals = { "vim" }
globals = { "vim.g", "vim.b", "vim.w", "vim.o", "vim.bo", "vim.wo" }
max_line_length = 120
exclude_files = { "lua/peon/protocol_gen.lua" }
