using Xunit;

// The snippets share the working folder, where the files lie that they name.
[assembly: CollectionBehavior(CollectionBehavior.CollectionPerAssembly)]
