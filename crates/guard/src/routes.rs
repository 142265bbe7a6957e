//! Which route a call is for, and which source an event is from.

use crate::config::{Config, Route, Template};
use crate::reason::Reason;
use crate::request::Call;
use std::sync::Arc;

/// The routes of a configuration, ready to be matched.
#[derive(Debug)]
pub(crate) struct Routes {
    /// By the shape of a path: the places of its routes, one for each set of methods.
    shapes: matchit::Router<Vec<usize>>,
    /// The same for paths that stand for all below them: they are taken where no other fits.
    rests: matchit::Router<Vec<usize>>,
    routes: Vec<Arc<Route>>,
}

/// The route that a call is for.
#[derive(Clone, Debug)]
pub(crate) struct Matched {
    pub(crate) route: Arc<Route>,
    /// What stands for the names in its path, decoded.
    pub(crate) parameters: Vec<(String, String)>,
}

impl Routes {
    /// Errors name the place of a route in the configuration.
    pub(crate) fn new(config: &Config) -> Result<Self, (u32, String)> {
        let mut by_shape: std::collections::BTreeMap<String, Vec<usize>> = Default::default();
        for (place, route) in config.routes.iter().enumerate() {
            by_shape.entry(shape(&route.path)).or_default().push(place);
        }
        let (mut shapes, mut rests) = (matchit::Router::new(), matchit::Router::new());
        for (shape, places) in by_shape {
            let line = places.first().and_then(|place| config.routes.get(*place));
            let line = line.map_or(0, |route| route.line);
            let router = if shape.contains("{*") {
                &mut rests
            } else {
                &mut shapes
            };
            let inserted = router.insert(shape, places);
            inserted.map_err(|error| (line, error.to_string()))?;
        }
        Ok(Self {
            shapes,
            rests,
            routes: config.routes.iter().cloned().map(Arc::new).collect(),
        })
    }

    pub(crate) fn find(&self, call: &Call) -> Result<Matched, Reason> {
        self.at(call.path.decoded(), &call.method)
    }

    /// The route of a decoded path and a method.
    pub(crate) fn at(&self, path: &str, called: &str) -> Result<Matched, Reason> {
        let found = self.shapes.at(path).or_else(|_| self.rests.at(path));
        let found = found.map_err(|_| Reason::NoRoute)?;
        let mut here = found
            .value
            .iter()
            .filter_map(|place| self.routes.get(*place));
        let route = here.find(|route| route.methods.iter().any(|method| method == called));
        let route = route.ok_or(Reason::NoMethod)?.clone();
        let names = route.path.parameters().map(str::to_owned);
        let values = found.params.iter().map(|(_, value)| value.to_owned());
        Ok(Matched {
            parameters: names.zip(values).collect(),
            route,
        })
    }

    /// The methods that a path takes, for those who ask.
    pub(crate) fn methods(&self, path: &str) -> Vec<String> {
        let Ok(found) = self.shapes.at(path).or_else(|_| self.rests.at(path)) else {
            return Vec::new();
        };
        let here = found
            .value
            .iter()
            .filter_map(|place| self.routes.get(*place));
        here.flat_map(|route| route.methods.clone()).collect()
    }
}

/// The shape of a path as the router has it.
fn shape(path: &Template) -> String {
    let mut number = 0;
    let segments = path.as_str().split('/').map(|segment| {
        if !segment.starts_with('{') {
            return segment.to_owned();
        }
        number += 1;
        let star = if segment.ends_with("+}") { "*" } else { "" };
        format!("{{{star}p{number}}}")
    });
    segments.collect::<Vec<_>>().join("/")
}
