"""The pages, one module for each thing people come for."""
